# shellcheck shell=bash disable=SC2154
# The swap of a ConfigSet, and its way back.

# Directories that the set makes are noted before, so that they can go with it.
make_directory() {
  local directory=$1
  while [[ ! -d $directory/ ]]; do
    printf '%s\n' "$directory" >>"$set/directories"
    directory=${directory%/*}
  done
  mkdir -p "$1"
}

swap() {
  local i
  for i in "${!PATHS[@]}"; do
    keep "$i"
    [[ -z ${STAGED[i]} ]] || make_directory "${PATHS[i]%/*}"
    swapped+=("$i")
    if [[ -z ${STAGED[i]} ]]; then rm -f "${PATHS[i]}"; else mv -fT "${STAGED[i]}" "${PATHS[i]}"; fi
    if [[ -d ${PATHS[i]%/*}/ ]]; then sync "${PATHS[i]%/*}"; fi
  done
}

# Runs at the end, however it comes. Neither a lost link nor a late signal stops the way back.
finish() {
  local status=$? n i directory
  trap '' PIPE TERM
  set +e
  if ((status != 0)) && [[ -f $set/paths.before ]]; then
    for ((n = ${#swapped[@]} - 1; n >= 0; n--)); do
      i=${swapped[n]}
      if [[ -n ${OLD[i]} ]]; then mv -fT "${OLD[i]}" "${PATHS[i]}"; else rm -f "${PATHS[i]}"; fi
    done
    mv -fT "$set/paths.before" "$set/paths"
    if run "$ACTIVATE"; then say "$NAME: the files that stood there before are back and active" >&2; fi
  fi
  rm -f "$set/paths.before"
  for i in "${!PATHS[@]}"; do
    directory=$(stage_directory "${PATHS[i]}")
    rm -rf "$directory"
    rmdir --ignore-fail-on-non-empty "${directory%/*}"
  done
}
