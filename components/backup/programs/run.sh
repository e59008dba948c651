# shellcheck shell=bash disable=SC2154
# Makes a copy: the service writes a consistent one, it is judged, put into the repository, noted; only then old ones go.

run_copy() {
  local began=$SECONDS code=0 force=()
  trap 'ended last.json' EXIT
  reach
  repo unlock --quiet >/dev/null || fail "$PLACE cannot be written to (see above): make room there, then run again"
  know_copies
  look_at_clock
  noted copies.json '[]' | note copies.json.room # a full disk is said before anything begins
  rm -f "$dir/copies.json.room"
  if ((${#PREPARE[@]} > 0)); then
    service "${PREPARE[@]}" || fail "the service's own command failed with $? (see above), so nothing was copied: ${PREPARE[*]}"
  fi
  measure
  judge
  if ! trusted; then force=(--force); fi # nothing is taken over from a copy that may be damaged
  summary=$(mine backup "${force[@]}" --json --time "$(date -u '+%F %T')" -- "${PATHS[@]}" | grep '"message_type":"summary"') || code=$?
  if ((code != 0)); then
    forget_incomplete
    fail "the copy could not be put into $PLACE (see above).$(room_words) Older copies are kept, and the next run begins anew"
  fi
  refuse_shrunk
  note_copy "$((SECONDS - began))"
  prune
  jq -n --arg said "copied $files files, $bytes bytes${clock:+; $clock}${unpruned:+; nothing was pruned: $unpruned}" \
    '{time: (now | floor), ok: true, said: $said}' | note last.json
  export_metrics
  say "$NAME: $(jq -r .said "$dir/last.json")"
}

# restic makes a snapshot also of what it could not read in full (exit status 3).
forget_incomplete() {
  local id
  id=$(jq -r '.snapshot_id // empty' <<<"${summary:-{\}}" 2>/dev/null) || true
  if [[ -n $id ]]; then repo forget --quiet "$id" >/dev/null || true; fi
}

# What restic saw counts, for files may have gone since they were measured.
refuse_shrunk() {
  local seen
  seen=$(jq .total_bytes_processed <<<"$summary")
  if ((seen < MIN_BYTES || seen * 2 < bytes)); then
    forget_incomplete
    fail "of $bytes bytes only $seen were still there when they were copied: that copy was dropped, older ones are kept"
  fi
}

note_copy() {
  # shellcheck disable=SC2016
  noted copies.json '[]' | jq -c --argjson one "$summary" --arg restic "$(restic version | awk '{ print $2 }')" \
    --argjson seconds "$1" --arg clock "$clock" --argjson accepted "$([[ $accept == yes ]] && echo true || echo false)" '
    . + [{time: (now | floor), snapshot: $one.snapshot_id, files: $one.total_files_processed, bytes: $one.total_bytes_processed,
      added: $one.data_added, seconds: $seconds, restic: $restic} + (if $clock == "" then {} else {clock: $clock} end)
      + (if $accepted then {accepted: true} else {} end)] | .[-100:]' | note copies.json
}

# Whether the last copy that was tried was a good one.
trusted() { [[ $(noted verified.json '{"ok":true}' | jq .ok) == true ]]; }

# Only after a new good copy, and never while nobody knows which of them can be restored.
prune() {
  unpruned=$clock
  if ! trusted; then unpruned="the last verification failed"; fi
  [[ -z $unpruned ]] || return 0
  mine forget --quiet --group-by host,tags "${KEEP[@]}" --prune >/dev/null || {
    unpruned="restic failed (see above)"
    say "$NAME: the copy is good, but old ones could not be pruned (see above)" >&2
  }
}
