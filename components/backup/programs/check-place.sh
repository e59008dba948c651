# shellcheck shell=bash disable=SC2154
# Checks of the place where the copies lie, by what the last probe has noted.

probed() {
  note=$(noted probe.json '{"time":0}')
  time=$(jq .time <<<"$note")
  ((now - time <= 3 * 3600)) || answer 3 "nobody has asked the repository for 3 hours: see \`systemctl status platform-backup-probe.timer\`" ""
}

reachable() {
  local note time
  probed
  [[ $(jq .ok <<<"$note") == true ]] || answer 2 "$(jq -r .said <<<"$note")" "reachable=0"
  answer 0 "the repository answers" "reachable=1"
}

# Free room in percent where the copies lie; and a drill needs room for one copy on this machine.
space() {
  local note time free all is here data
  probed
  here=$(jq .scratch <<<"$note") is=$(noted copies.json '[]' | jq '.[-1].bytes // 0')
  read -r free all < <(jq -r '.repository // [0, 0] | @tsv' <<<"$note")
  data="scratch=${here}B;$is:;;0;"
  if ((all > 0)); then data+=" repository=$((free * 100 / all))%;10:;5:;0;100"; fi
  ((all == 0 || free * 20 >= all)) || answer 2 "the repository has $((free * 100 / all)) % of its room left" "$data"
  ((all == 0 || free * 10 >= all)) || answer 1 "the repository has $((free * 100 / all)) % of its room left" "$data"
  ((here > is)) || answer 1 "$SCRATCH has $here bytes free, and a copy to be tried has $is" "$data"
  answer 0 "$([[ $all == 0 ]] && echo "nobody can tell the room of the repository" || echo "$((free * 100 / all)) % free in the repository")" "$data"
}
