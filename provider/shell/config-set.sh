# shellcheck shell=bash
# Keeps the files PATHS (MODES, OWNERS, CONTENTS) as one set that stands or falls together; ABSENT are paths that
# must not exist. What was on the machine before the set comes back with `remove`, unless ADOPT is refuse: then
# nothing may have been there, and DEACTIVATE runs where ACTIVATE would do too much. SECRETS are those of PATHS of
# which only a digest with SALT is ever told.
# shellcheck source-path=SCRIPTDIR disable=SC2034,SC2153,SC2154

# What the set needs to be read, and that it owns its paths from now on.
commit() {
  local path other
  words "${SECRETS[@]}" >"$set/secrets"
  printf '%s\n' "$SALT" >"$set/salt"
  for path in "${wanted[@]}"; do
    other=$(holder "$path")
    [[ -n $other ]] || continue
    grep -vxF -- "$path" "$other/paths" >"$other/paths.new" || (($? == 1))
    mv -fT "$other/paths.new" "$other/paths"
    rm -rf "$other/original$path"
  done
  words "${wanted[@]}" >"$set/paths.new"
  mv -fT "$set/paths.new" "$set/paths"
  for path in "${PATHS[@]}"; do # what left the set has its file back
    if ! grep -qxF -- "$path" "$set/paths"; then rm -rf "$set/original$path"; fi
  done
  printf %s "$COMMANDS" >"$set/active"
  rm -f "$set/active.before"
}

apply() {
  local wanted=("${PATHS[@]}" "${ABSENT[@]}")
  if [[ ! -d $set ]]; then begun=yes; fi
  install -d -m 0700 "$STATE/sets" "$set"
  touch "$set/paths"
  trap finish EXIT
  clear_stage
  stage
  if unchanged; then
    commit
    say unchanged
    return
  fi
  refuse_directories
  refuse_strangers
  validate || fail "$NAME: the new files were refused (see above) and nothing was changed; correct the option and run again"
  # Without `active`, whoever reads knows of a change that was broken off.
  if [[ -e $set/active ]]; then mv -fT "$set/active" "$set/active.before" && aside=yes; fi
  swap
  run "$ACTIVATE" || fail "$NAME: the new files could not be made active (see above)"
  run "$PROBE" || fail "$NAME: the service did not answer as it should with the new files (see above)"
  commit
  say "changed ${PATHS[*]}"
}

remove() {
  [[ -d $set ]] || return 0
  local path directory heir owns # a set that still has files there takes the directory away in its time
  if [[ -s $set/paths ]]; then owns=yes; else owns=no; fi
  while read -r path; do
    if [[ -d $path && ! -L $path ]]; then continue; fi # somebody's own; it was a file when it was ours
    rm -f "$path"
    exists "$set/original$path" || continue
    mkdir -p "${path%/*}"
    cp -a "$set/original$path" "$path"
  done < <(cat "$set/paths" 2>/dev/null || true)
  while read -r directory; do
    [[ -d $directory ]] || continue
    rmdir --ignore-fail-on-non-empty "$directory"
    heir=$(grep -lsF -- "$directory/" "$STATE"/sets/*/paths | grep -vxF "$set/paths" | head -n 1) || true
    if [[ -d $directory && -n $heir ]]; then printf '%s\n' "$directory" >>"${heir%/*}/directories"; fi
  done < <(sort -ru "$set/directories" 2>/dev/null || true)
  if [[ $owns == yes ]] && run "$VALIDATE"; then run "${DEACTIVATE:-$ACTIVATE}" || true; fi
  clear_stage
  rm -rf "$set"
  rmdir --ignore-fail-on-non-empty "$STATE/sets"
}

"$@" </dev/null
