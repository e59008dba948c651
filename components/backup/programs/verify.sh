# shellcheck shell=bash disable=SC2154
# Fetches a copy to another place, where the service itself says whether it is good. The drill does it by a timer.

# Fetches copy `$1` to the empty directory `$2`; what is restored is compared with the repository.
fetch() {
  local free needs
  needs=$(mine stats --mode restore-size --json "$1" | jq .total_size) ||
    fail "there is no copy $1 of $NAME (see above): npm run backup -- list $HOST $NAME"
  install -d -m 0700 "$2"
  [[ -z $(ls -A "$2") ]] || fail "$2 is not empty: give another directory, or empty it"
  free=$(df --output=avail -B1 "$2" | tail -n 1)
  ((free > needs)) || fail "$2 has $((free / 1048576)) MiB free, and the copy takes $((needs / 1048576 + 1)) MiB: make room there, \
or give another place, then run again"
  mine restore --quiet --verify --target "$2" "$1" >/dev/null ||
    fail "the copy $1 could not be fetched whole (see above); what came of it is in $2"
}

# The service's own check of the tree below `$1`.
ask_service() { service "${VERIFY[@]}" "$1" || fail "$NAME: the service's own check says no to $2 (see above): ${VERIFY[*]} $1"; }

verify_copy() {
  local began=$SECONDS id=$snapshot
  trap 'ended verified.json' EXIT
  reach
  rm -rf "$scratch" # of a drill that was killed
  trap 'code=$?; rm -rf "$scratch"; (exit $code); ended verified.json' EXIT
  fetch "$id" "$scratch"
  ask_service "$scratch" "the copy $id"
  repo check --quiet --read-data-subset="$READ_PERCENT%" >/dev/null ||
    fail "the repository $PLACE has damage (see above): docs/backups.md says what to do. Nothing is pruned meanwhile"
  rm -rf "$scratch"
  jq -n --arg snapshot "$id" --argjson seconds "$((SECONDS - began))" \
    '{time: (now | floor), ok: true, snapshot: $snapshot, seconds: $seconds, said: "restored to another place and found good"}' |
    note verified.json
  export_metrics
  say "$NAME: the copy $id was restored to another place and found good"
}
