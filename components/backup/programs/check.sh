# shellcheck shell=bash disable=SC2154
# A monitoring plugin: one line and its performance data, exit status 0, 1, 2 or 3. It reads notes only, so anybody may run it.

answer() {
  local words=(OK WARNING CRITICAL UNKNOWN)
  printf '%s %s: %s | %s\n' "${words[$1]}" "$NAME" "$2" "$3"
  exit "$1"
}

check() {
  local now
  now=$(date +%s)
  case $1 in
    age) age ;;
    size) size ;;
    verified) verified ;;
    space) space ;;
    reachable) reachable ;;
    *) answer 3 "there is no check \"$1\": age, size, verified, space or reachable" "" ;;
  esac
}

age() {
  local time old data said
  time=$(noted copies.json '[]' | jq '.[-1].time // 0')
  ((time > 0)) || answer 2 "there is no copy yet" ""
  old=$((now - time)) said=$(noted last.json '{"ok":true}' | jq -r 'if .ok then "" else .said end')
  data="age=${old}s;;$((MAX_AGE_HOURS * 3600));;"
  ((old >= -300)) || answer 2 "the last copy is from the future: set the clock right" "$data"
  ((old <= MAX_AGE_HOURS * 3600)) || answer 2 "the last copy is $((old / 3600)) hours old, at most $MAX_AGE_HOURS are wanted${said:+: $said}" "$data"
  [[ -z $said ]] || answer 1 "the last run failed: $said" "$data"
  answer 0 "the last copy is $((old / 3600)) hours old" "$data"
}

size() {
  local is usual data
  is=$(noted copies.json '[]' | jq '.[-1].bytes // 0') usual=$(median)
  data="size=${is}B;$((usual * 7 / 10)):$((usual * 2));$((usual / 2)):;0;"
  ((is > 0)) || answer 2 "there is no copy yet" ""
  ((usual > 0)) || answer 0 "$is bytes; fewer than three copies tell no usual size" "size=${is}B;;;0;"
  ((is * 2 >= usual)) || answer 2 "the last copy has $is bytes, usual are $usual" "$data"
  ((is * 10 >= usual * 7 && is <= usual * 2)) || answer 1 "the last copy has $is bytes, usual are $usual" "$data"
  answer 0 "$is bytes, usual are $usual" "$data"
}

verified() {
  local note time data
  note=$(noted verified.json '{"ok":null,"time":0}')
  time=$(jq .time <<<"$note")
  data="verified=$((now - time))s;;$((VERIFIED_DAYS * 86400));;"
  case $(jq .ok <<<"$note") in
    null) answer 1 "no copy was verified yet" "" ;;
    false) answer 2 "the last verification failed: $(jq -r .said <<<"$note")" "$data" ;;
  esac
  ((now - time <= VERIFIED_DAYS * 86400)) || answer 2 "the last verification is $(((now - time) / 86400)) days old" "$data"
  answer 0 "the copy of $(jq -r .snapshot <<<"$note") was restored and found good" "$data"
}
