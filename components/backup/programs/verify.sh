# shellcheck shell=bash disable=SC2154
# Fetches a copy to another place, where the service itself says whether it is good. The drill does it by a timer.

# Fetches copy `$1` to the empty directory `$2`; what is restored is compared with the repository.
fetch() {
  local free needs
  needs=$(repo stats --mode restore-size --json "$1" | jq .total_size) ||
    fail "the copy $1 cannot be read (see above): run again, or take another one of npm run backup -- list $HOST $NAME"
  install -d -m 0700 "$2"
  [[ -z $(ls -A "$2") ]] || fail "$2 is not empty: give another directory, or empty it"
  free=$(df --output=avail -B1 "$2" | tail -n 1)
  ((free > needs)) || fail "$2 has $((free / 1048576)) MiB free, and the copy takes $((needs / 1048576 + 1)) MiB: make room there, \
or give another place, then run again"
  repo restore --quiet --verify --target "$2" "$1" >/dev/null ||
    fail "the copy $1 could not be fetched whole (see above); what came of it is in $2"
}

# Sets `id`, the copy that is asked for.
choose() {
  id=$(own | jq -r --arg id "$snapshot" 'map(select($id == "latest" or (.id | startswith($id)))) | .[-1].short_id // empty')
  [[ -n $id ]] || fail "there is no copy \"$snapshot\" of $NAME in $PLACE: npm run backup -- list $HOST $NAME shows those that there are"
}

# The service's own check of the tree below `$1`.
ask_service() { service "${VERIFY[@]}" "$1" || fail "the service's own check says no to $2 (see above): ${VERIFY[*]} $1"; }

verify_copy() {
  local began=$SECONDS id
  trap 'ended verified.json' EXIT
  reach
  choose
  rm -rf "$scratch" # of a drill that was killed
  trap 'ended verified.json "$scratch"' EXIT
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
