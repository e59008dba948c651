# shellcheck shell=bash disable=SC2154
# The swap of a ConfigSet, and its way back.

# Keeps what is at PATHS[i] for a way back from this run and, when the path is new to the set, from the set.
keep() {
  local path=${PATHS[$1]} from other
  OLD[$1]=''
  if exists "$path"; then
    OLD[$1]=$(stage_directory "$path")/$1.old
    cp -a "$path" "${OLD[$1]}"
  fi
  if grep -qxF "$path" "$set/paths"; then return; fi
  added+=("$path")
  from=${OLD[$1]} other=$(holder "$path")
  if [[ -n $other ]]; then from=$other/original$path; fi
  if [[ -n $from ]] && exists "$from" && ! exists "$set/original$path"; then
    install -d -m 0700 "$set/original${path%/*}"
    rm -rf "$set/copy"
    cp -a "$from" "$set/copy" # on a full disk a copy ends in the middle: what is kept is whole
    mv -fT "$set/copy" "$set/original$path"
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

# The paths that this run has added are the set's no more; they are as they were.
forget_added() {
  local path
  ((${#added[@]} > 0)) || return 0
  grep -vxF -f <(words "${added[@]}") "$set/paths" >"$set/paths.new" || (($? == 1)) || return # a full disk
  mv -fT "$set/paths.new" "$set/paths" || return
  for path in "${added[@]}"; do rm -rf "$set/original$path"; done
}

# Runs at the end, however it comes. Neither a lost link nor a late signal stops the way back.
finish() {
  local status=$? n i
  trap '' PIPE TERM
  set +e
  if ((status != 0)); then
    for ((n = ${#swapped[@]} - 1; n >= 0; n--)); do
      i=${swapped[n]}
      if [[ -n ${OLD[i]} ]]; then mv -fT "${OLD[i]}" "${PATHS[i]}"; else rm -f "${PATHS[i]}"; fi
    done
    forget_added
    if ((${#swapped[@]} > 0)) && run "$ACTIVATE"; then
      say "$NAME: the files that stood there before are back and active" >&2
      aside=yes
    fi
    if [[ $aside == yes && -e $set/active.before ]]; then mv -fT "$set/active.before" "$set/active"; fi
  fi
  # A set that this very run began and that has nothing has never stood.
  if ((status != 0)) && [[ $begun == yes && ! -s $set/paths ]]; then rm -rf "$set"; fi
  clear_stage
}
