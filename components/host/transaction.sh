# shellcheck shell=bash disable=SC2154
# The parts of a ConfigSet's transaction. A set is three lists: PATHS, and for each of them STAGED, the file to
# come (empty: none shall be there), and OLD, the file that was there (empty: none was).
set=$STATE/sets/${NAME:?}
COMMANDS=$VALIDATE$'\n'$ACTIVATE$'\n'$PROBE
STAGED=() OLD=() swapped=()

exists() { [[ -e $1 || -L $1 ]]; }
run() { [[ -z $1 ]] || bash -euo pipefail -c "$1" </dev/null >&2; }

# A 0700 directory on the file system of the path, so that the swap is a rename.
stage_directory() {
  local at=${1%/*} mount
  while [[ ! -d $at/ ]]; do at=${at%/*}; done
  mount=$(stat -c %m "$at/")
  if [[ $mount == "$(stat -c %m "$STATE")" ]]; then at=$STATE/stage; else at=${mount%/}/.platform-stage; fi
  install -d -m 0700 "$at" "$at/$NAME" && printf %s "$at/$NAME"
}

same() { [[ -f $2 && ! -L $2 && $(stat -c %a:%U:%G "$1") == "$(stat -c %a:%U:%G "$2")" ]] && cmp -s "$1" "$2"; }

unchanged() {
  local i
  cmp -s "$set/active" <(printf %s "$COMMANDS") || return 1
  for i in "${!PATHS[@]}"; do
    if [[ -n ${STAGED[i]} ]]; then same "${STAGED[i]}" "${PATHS[i]}" || return 1; else ! exists "${PATHS[i]}" || return 1; fi
  done
}

stage() {
  local i path wanted=$'\n' directory
  for i in "${!PATHS[@]}"; do
    wanted+=${PATHS[i]}$'\n' directory=$(stage_directory "${PATHS[i]}")
    STAGED[i]=$directory/$i.new
    (umask 077 && printf %s "${CONTENTS[i]}" >"${STAGED[i]}")
    chown "${OWNERS[i]}" "${STAGED[i]}" && chmod "${MODES[i]}" "${STAGED[i]}" && sync "${STAGED[i]}"
  done
  for path in "${ABSENT[@]}"; do wanted+=$path$'\n' PATHS+=("$path") STAGED+=(''); done
  while read -r path; do # left the set: what was there before it comes back
    [[ $wanted != *$'\n'"$path"$'\n'* ]] || continue
    PATHS+=("$path") STAGED+=('') i=$((${#PATHS[@]} - 1))
    ! exists "$set/original$path" || { STAGED[i]=$(stage_directory "$path")/$i.new && cp -a "$set/original$path" "${STAGED[i]}"; }
  done < <(cat "$set/paths" 2>/dev/null || true)
}

swap() {
  local i directory
  for i in "${!PATHS[@]}"; do
    OLD[i]=$(stage_directory "${PATHS[i]}")/$i.old
    if exists "${PATHS[i]}"; then cp -a "${PATHS[i]}" "${OLD[i]}"; else OLD[i]=''; fi
    if [[ -n ${OLD[i]} ]] && ! grep -qxF "${PATHS[i]}" "$set/paths"; then
      install -d -m 0700 "$set/original${PATHS[i]%/*}" && cp -a "${OLD[i]}" "$set/original${PATHS[i]}"
    fi
    printf '%s\n' "${PATHS[i]}" >>"$set/paths"
    directory=${PATHS[i]%/*}
    while [[ ! -d $directory/ ]]; do printf '%s\n' "$directory" >>"$set/directories" && directory=${directory%/*}; done
    swapped+=("$i")
    if [[ -z ${STAGED[i]} ]]; then rm -f "${PATHS[i]}"; else mkdir -p "${PATHS[i]%/*}" && mv -fT "${STAGED[i]}" "${PATHS[i]}"; fi
    [[ ! -d ${PATHS[i]%/*}/ ]] || sync "${PATHS[i]%/*}"
  done
}

finish() {
  local status=$? n i
  set +e
  if ((status != 0 && ${#swapped[@]} > 0)); then
    for ((n = ${#swapped[@]} - 1; n >= 0; n--)); do
      i=${swapped[n]}
      if [[ -n ${OLD[i]} ]]; then mv -fT "${OLD[i]}" "${PATHS[i]}"; else rm -f "${PATHS[i]}"; fi
    done
    run "$ACTIVATE" && say "$NAME: the files that stood there before are back and active" >&2
  fi
  for i in "${!PATHS[@]}"; do rm -rf "$(stage_directory "${PATHS[i]}")"; done
}
