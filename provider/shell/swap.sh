# shellcheck shell=bash disable=SC2154
# The swap of a ConfigSet, and its way back.

# Another set that has the path so far: this one takes it over when it stands.
holder() {
  local other
  for other in "$STATE"/sets/*; do
    if [[ $other != "$set" ]] && grep -qsxF -- "$1" "$other/paths"; then printf %s "$other"; fi
  done
}

# Keeps what is at PATHS[i] for a way back from this run and, when the path is new to the set, from the set.
keep() {
  local path=${PATHS[$1]} from other
  OLD[$1]=''
  if exists "$path"; then
    OLD[$1]=$(stage_directory "$path")/$1.old
    cp -a "$path" "${OLD[$1]}"
  fi
  if grep -qxF "$path" "$set/paths"; then return; fi
  from=${OLD[$1]} other=$(holder "$path")
  if [[ -n $other ]]; then from=$other/original$path; fi
  rm -rf "$set/original$path"
  if [[ -n $from ]] && exists "$from"; then
    install -d -m 0700 "$set/original${path%/*}"
    cp -a "$from" "$set/original$path"
  fi
  printf '%s\n' "$path" >>"$set/paths"
}

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
  if [[ ! -s $set/paths ]]; then rm -rf "$set"; fi # it has never stood
  for i in "${!PATHS[@]}"; do
    directory=$(stage_directory "${PATHS[i]}")
    rm -rf "$directory"
    rmdir --ignore-fail-on-non-empty "${directory%/*}"
  done
}
