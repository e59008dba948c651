# shellcheck shell=bash disable=SC2034,SC2154
# The parts of a ConfigSet's transaction. A set is three lists: PATHS, and for each of them STAGED, the file to
# come (empty: none shall be there), and OLD, the file that was there (empty: none was). STAGES are the directories
# in which they lie meanwhile.
set=$STATE/sets/${ID:?}
: "${NAME:?}" "${COMMAND_SECONDS:?}"
COMMANDS=$VALIDATE$'\n'$ACTIVATE$'\n'$PROBE
STAGED=() OLD=() STAGES=() wanted=()
begun=no # whether this run makes the set

words() { (($# == 0)) || printf '%s\n' "$@"; }
exists() { [[ -e $1 || -L $1 ]]; }

# Where what holds the path is mounted; bind mounts count, for no rename crosses them.
mount_of() { findmnt -no TARGET -T "$1" | tail -n 1; }

# Sets `stage` to a 0700 directory on the mount of the path, so that the swap is a rename.
declare -A stage_of=()
stage_directory() {
  local at=${1%/*} mount
  while [[ ! -d $at/ ]]; do at=${at%/*}; done
  if [[ -z ${stage_of["$at/"]:-} ]]; then
    mount=$(mount_of "$at/")
    if [[ $mount == "$(mount_of "$STATE")" ]]; then stage=$STATE/stage; else stage=${mount%/}/.platform-stage; fi
    stage_of["$at/"]=$stage/$ID
    STAGES+=("$stage/$ID")
  fi
  stage=${stage_of["$at/"]}
}

same() { [[ -f $2 && ! -L $2 && $(stat -c %a:%U:%G "$1") == "$(stat -c %a:%U:%G "$2")" ]] && cmp -s "$1" "$2"; }

unchanged() {
  local i # cmp stops reading at the first difference, and what writes to it then would say so
  cmp -s "$set/active" <(printf %s "$COMMANDS" 2>/dev/null) || return 1
  cmp -s <(sort "$set/paths" 2>/dev/null) <(words "${PATHS[@]}" | sort 2>/dev/null) || return 1
  for i in "${!PATHS[@]}"; do
    if [[ -n ${STAGED[i]} ]]; then same "${STAGED[i]}" "${PATHS[i]}" || return 1; else ! exists "${PATHS[i]}" || return 1; fi
  done
}

# Copies of files, secret ones too, go with the run that made them.
clear_stage() {
  local directory
  for directory in "${STAGES[@]}"; do
    rm -rf "$directory"
    rmdir --ignore-fail-on-non-empty "${directory%/*}" 2>/dev/null || true
  done
}

stage() {
  local i path known=$'\n' stage files=()
  for i in "${!PATHS[@]}"; do
    known+=${PATHS[i]}$'\n'
    stage_directory "${PATHS[i]}"
    install -d -m 0700 "${stage%/*}" "$stage"
    STAGED[i]=$stage/$i.new
    (umask 077 && printf %s "${CONTENTS[i]}" >"${STAGED[i]}")
    chown "${OWNERS[i]}" "${STAGED[i]}"
    chmod "${MODES[i]}" "${STAGED[i]}"
  done
  for path in "${ABSENT[@]}"; do known+=$path$'\n' PATHS+=("$path") STAGED+=(''); done
  while read -r path; do # left the set: what was there before it comes back
    [[ $known != *$'\n'"$path"$'\n'* ]] || continue
    PATHS+=("$path") STAGED+=('')
    exists "$set/original$path" || continue
    i=$((${#PATHS[@]} - 1))
    stage_directory "$path"
    install -d -m 0700 "${stage%/*}" "$stage"
    STAGED[i]=$stage/$i.new
    cp -a "$set/original$path" "${STAGED[i]}"
  done < <(cat "$set/paths" 2>/dev/null || true)
  for path in "${STAGED[@]}"; do if [[ -f $path && ! -L $path ]]; then files+=("$path"); fi; done
  if ((${#files[@]} > 0)); then sync -- "${files[@]}"; fi
}
