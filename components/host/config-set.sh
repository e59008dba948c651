# shellcheck shell=bash
# Keeps the files PATHS (MODES, OWNERS, CONTENTS) as one set that stands or falls together; ABSENT are paths that
# must not exist. What was on the machine before the set comes back with `remove`.
# shellcheck source-path=SCRIPTDIR disable=SC2153,SC2154
: "${NAME:?}"

apply() {
  local wanted=("${PATHS[@]}" "${ABSENT[@]}")
  install -d -m 0700 "$STATE/sets" "$set" && touch "$set/paths"
  trap finish EXIT
  stage
  if unchanged; then
    say unchanged
    return
  fi
  validate || fail "$NAME: the new files were refused (see above) and nothing was changed; correct the option and run again"
  rm -f "$set/active"
  swap
  run "$ACTIVATE" || fail "$NAME: the new files could not be made active (see above)"
  run "$PROBE" || fail "$NAME: the service did not answer as it should with the new files (see above)"
  printf '%s\n' "${wanted[@]}" >"$set/paths"
  printf %s "$COMMANDS" >"$set/active"
  say "changed ${PATHS[*]}"
}

remove() {
  [[ -d $set ]] || return 0
  local path directory
  while read -r path; do
    rm -f "$path"
    ! exists "$set/original$path" || cp -a "$set/original$path" "$path"
  done <"$set/paths"
  while read -r directory; do rmdir --ignore-fail-on-non-empty "$directory"; done < <(sort -ru "$set/directories" 2>/dev/null)
  if run "$VALIDATE"; then run "$ACTIVATE" || true; fi
  rm -rf "$set"
}

"$@" </dev/null
