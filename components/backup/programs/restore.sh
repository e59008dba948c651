# shellcheck shell=bash disable=SC2154
# Restores a copy: to another place and checked there first, and only then into the service, which is asked once more.

restore_copy() {
  local id
  reach
  choose
  if [[ -n $to ]]; then
    fetch "$id" "$to"
    ask_service "$to" "the copy $id"
    say "$NAME: the copy $id is in $to and was found good; the service was left alone"
    return
  fi
  refuse_running
  rm -rf "$scratch"
  fetch "$id" "$scratch"
  ask_service "$scratch" "the copy $id"
  refuse_running # it may have been started meanwhile
  service "${RESTORE[@]}" "$scratch" || fail "the copy $id was good, but the service did not take it (see above): ${RESTORE[*]} $scratch. \
The copy is still there; put right what is said, then run again"
  ask_service / "what was restored"
  rm -rf "$scratch"
  if [[ ! -e $dir/copies.json ]]; then echo '[]' | note copies.json; fi
  say "$NAME: the copy $id was restored, and the service found it good"
}

refuse_running() {
  [[ $over == no ]] || return 0
  ! service "${RUNNING[@]}" >/dev/null 2>&1 || fail "there are data of the running service, and a restore would replace them: nothing \
was touched. To look at the copy: npm run backup -- restore $HOST $NAME --to DIR; to replace them: the same with --over-running"
}
