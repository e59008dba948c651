# shellcheck shell=bash disable=SC2034,SC2154
# The parts of a ConfigSet's transaction. A set is three lists: PATHS, and for each of them STAGED, the file to
# come (empty: none shall be there), and OLD, the file that was there (empty: none was).
set=$STATE/sets/${ID:?}
: "${NAME:?}"
COMMANDS=$VALIDATE$'\n'$ACTIVATE$'\n'$PROBE
STAGED=() OLD=() swapped=() added=()
begun=no aside=no # whether this run makes the set; whether `active` is to come back when nothing was changed

words() { (($# == 0)) || printf '%s\n' "$@"; }
exists() { [[ -e $1 || -L $1 ]]; }
# What a command starts must not keep the host's lock, which is descriptor 9.
run() { [[ -z $1 ]] || bash -euo pipefail -c "$1" </dev/null >&2 9>&-; }

# Where what holds the path is mounted; bind mounts count, for no rename crosses them.
mount_of() { findmnt -no TARGET -T "$1" | tail -n 1; }

# A 0700 directory on the mount of the path, so that the swap is a rename.
stage_directory() {
  local at=${1%/*} mount
  while [[ ! -d $at/ ]]; do at=${at%/*}; done
  mount=$(mount_of "$at/")
  if [[ $mount == "$(mount_of "$STATE")" ]]; then at=$STATE/stage; else at=${mount%/}/.platform-stage; fi
  install -d -m 0700 "$at" "$at/$ID"
  printf %s "$at/$ID"
}

same() { [[ -f $2 && ! -L $2 && $(stat -c %a:%U:%G "$1") == "$(stat -c %a:%U:%G "$2")" ]] && cmp -s "$1" "$2"; }

unchanged() {
  local i
  cmp -s "$set/active" <(printf %s "$COMMANDS") || return 1
  cmp -s <(sort "$set/paths") <(words "${PATHS[@]}" | sort) || return 1
  for i in "${!PATHS[@]}"; do
    if [[ -n ${STAGED[i]} ]]; then same "${STAGED[i]}" "${PATHS[i]}" || return 1; else ! exists "${PATHS[i]}" || return 1; fi
  done
}

# Copies of files, secret ones too, that a run which was killed has left.
clear_stage() {
  local path directory
  for path in "${PATHS[@]}"; do
    directory=$(stage_directory "$path")
    rm -rf "$directory"
    rmdir --ignore-fail-on-non-empty "${directory%/*}" 2>/dev/null || true
  done
}

stage() {
  local i path wanted=$'\n' directory
  for i in "${!PATHS[@]}"; do
    wanted+=${PATHS[i]}$'\n'
    directory=$(stage_directory "${PATHS[i]}")
    STAGED[i]=$directory/$i.new
    (umask 077 && printf %s "${CONTENTS[i]}" >"${STAGED[i]}")
    chown "${OWNERS[i]}" "${STAGED[i]}"
    chmod "${MODES[i]}" "${STAGED[i]}"
    sync "${STAGED[i]}"
  done
  for path in "${ABSENT[@]}"; do wanted+=$path$'\n' PATHS+=("$path") STAGED+=(''); done
  while read -r path; do # left the set: what was there before it comes back
    [[ $wanted != *$'\n'"$path"$'\n'* ]] || continue
    PATHS+=("$path") STAGED+=('')
    if exists "$set/original$path"; then
      i=$((${#PATHS[@]} - 1))
      directory=$(stage_directory "$path")
      STAGED[i]=$directory/$i.new
      cp -a "$set/original$path" "${STAGED[i]}"
    fi
  done < <(cat "$set/paths" 2>/dev/null || true)
}
