# shellcheck shell=bash disable=SC2034,SC2154
# The swap of a ConfigSet, and its way back. All that the way back needs is in the journal before the first rename.

# Keeps what is at PATHS[i] for a way back: of this run and, when the path is new to the set, of the set.
keep() {
  local path=${PATHS[$1]} from other stage
  OLD[$1]=''
  if exists "$path"; then
    stage_directory "$path"
    install -d -m 0700 "${stage%/*}" "$stage"
    OLD[$1]=$stage/$1.old
    ln -PT "$path" "${OLD[$1]}" 2>/dev/null || cp -aT "$path" "${OLD[$1]}" # not every file system has links
  fi
  if grep -qxF -- "$path" "$set/paths"; then return; fi
  from=${OLD[$1]} other=$(holder "$path")
  if [[ -n $other ]]; then from=$other/original$path; fi
  rm -rf "$set/original$path" # of a run that was put back
  [[ -n $from ]] && exists "$from" || return 0
  install -d -m 0700 "$set/original${path%/*}"
  rm -rf "$set/copy"
  cp -a "$from" "$set/copy" # on a full disk a copy ends in the middle: what is kept is whole
  if [[ -f $set/copy && ! -L $set/copy ]]; then sync "$set/copy"; fi
  mv -fT "$set/copy" "$set/original$path"
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
    [[ -z ${STAGED[i]} ]] || make_directory "${PATHS[i]%/*}"
    if [[ -z ${STAGED[i]} ]]; then rm -f "${PATHS[i]}"; else mv -fT "${STAGED[i]}" "${PATHS[i]}"; fi
  done
  sync_directories
}

# One process for all; what was renamed is not on the disk before its directory is.
sync_directories() {
  local path directories=()
  for path in "${PATHS[@]}"; do if [[ -d ${path%/*}/ ]]; then directories+=("${path%/*}/"); fi; done
  if ((${#directories[@]} > 0)); then sync -- "${directories[@]}"; fi
}

inode() { stat -c %d:%i "$1" 2>/dev/null || true; }

# Puts the files of the journal back where they were. It may have been begun before: what is back stays.
put_back() {
  local i
  for ((i = ${#PATHS[@]} - 1; i >= 0; i--)); do
    if [[ -z ${OLD[i]} ]]; then
      rm -f "${PATHS[i]}" || return
    elif exists "${OLD[i]}"; then
      mkdir -p "${PATHS[i]%/*}"
      # A rename of one link over another of the same file does nothing (rename(2)).
      if [[ $(inode "${OLD[i]}") == "$(inode "${PATHS[i]}")" ]]; then rm -f "${OLD[i]}"; else
        mv -fT "${OLD[i]}" "${PATHS[i]}" || return
      fi
    fi
  done
  sync_directories
}
