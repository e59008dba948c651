# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2034,SC2153,SC2154
# Keeps the files PATHS (MODES, OWNERS, CONTENTS) as one set that stands or falls together; ABSENT are paths that must not
# exist. What was on the machine before the set comes back with `remove`, unless ADOPT is refuse: then nothing may have been
# there, and DEACTIVATE runs where ACTIVATE would do too much. Of SECRETS among them, only a digest with SALT is ever told.

# Notes what the set needs to be read, and that it owns its paths from now on. It may have been begun before.
commit() {
  local path other
  note salt printf '%s\n' "$SALT"
  note secrets words "${SECRETS[@]}"
  for path in "${wanted[@]}"; do
    other=$(holder "$path")
    [[ -n $other ]] || continue
    grep -vxF -- "$path" "$other/paths" >"$other/paths.new" || (($? == 1))
    mv -fT "$other/paths.new" "$other/paths"
    rm -rf "$other/original$path"
  done
  note taken taken
  note paths words "${wanted[@]}"
  # What left the set has its file back.
  for path in "${PATHS[@]}"; do grep -qxF -- "$path" "$set/paths" || rm -rf "$set/original$path"; done
  note activate printf %s "$ACTIVATE"
  note active printf %s "$COMMANDS"
  sync "$set"/{secrets,salt,taken,paths,activate,active} "$set"
  rm -f "$set/committed" "$set/active.before"
  clear_stage
}

apply() {
  recover
  settled "$set" || fail "$NAME: an earlier change could not be brought to its end (see above): see to it, then run again"
  wanted=("${PATHS[@]}" "${ABSENT[@]}")
  if [[ ! -d $set ]]; then begun=yes; fi
  trap finish EXIT
  install -d -m 0700 "$STATE/sets" "$set"
  touch "$set/paths"
  need_space
  install_recovery
  clear_stage
  stage
  if unchanged; then
    commit
    say unchanged
    return
  elif identical; then
    take_over
    return
  fi
  refuse_directories
  refuse_strangers
  validate || fail "$NAME: the new files were refused (see above) and nothing was changed; correct the option and run again"
  for i in "${!PATHS[@]}"; do keep "$i"; done
  write_journal
  swap
  run "$ACTIVATE" || fail "$NAME: the new files could not be made active (see above)"
  run "$PROBE" || fail "$NAME: the service did not answer as it should with the new files (see above)"
  decide
  commit
  say "changed ${PATHS[*]}"
}

# Runs at the end, however it comes. Neither a lost link nor a late signal stops the way back.
finish() {
  local status=$?
  trap '' PIPE TERM
  set +e
  end_child
  if ((status == 0)) || [[ -e $set/committed ]]; then return; fi # the next run notes the rest
  if [[ -e $set/journal ]]; then undo; else abandon; fi
}

remove() {
  recover
  [[ -d $set ]] || return 0
  declare -p set NAME ID VALIDATE ACTIVATE DEACTIVATE COMMAND_SECONDS >"$set/leaving.new"
  mv -fT "$set/leaving.new" "$set/leaving"
  take_away
}

"$@" </dev/null
