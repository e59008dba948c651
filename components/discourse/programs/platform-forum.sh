#!/bin/bash
# Tells of the forum what no request does: its background jobs, its version, and whether its last deployment failed. `look` asks the
# forum, as root, by a timer; `check` is a monitoring plugin that reads what was noted, so anybody may run it.
set -euo pipefail
container=app
note=/run/platform-forum/seen.json
verdict=/run/platform-forum/failed
question=/usr/local/lib/platform/forum/look.rb

# Rails itself takes some seconds to start. What it says besides is not for us.
look() {
  local said
  [[ $(docker inspect --type container --format '{{.State.Status}}' "$container" 2>/dev/null) == running ]] || return 0
  said=$(timeout 120 docker exec -i "$container" rails runner - <"$question" | sed -n 's/^platform //p' | tail -n 1)
  jq -c '. + {time: (now | floor)}' <<<"$said" >"$note.new"
  mv -fT "$note.new" "$note"
}

answer() {
  local words=(OK WARNING CRITICAL UNKNOWN)
  printf '%s: %s | %s\n' "${words[$1]}" "$2" "${3:-}"
  exit "$1"
}

# A field of the note.
seen() { jq -r "$1" "$note"; }

check() {
  local age
  if [[ ${1:-} == deployment ]]; then deployment; fi
  [[ -s $note ]] || answer 3 "the forum has not been looked into since the machine was started"
  age=$(($(date +%s) - $(seen .time)))
  ((age <= 900)) || answer 3 "the forum was looked into $age s ago, and should be each 300: see \`systemctl status platform-forum-look\`"
  case ${1:-} in
    jobs) jobs ;;
    version) version ;;
    *) answer 3 "there is no check \"${1:-}\": jobs, version or deployment" ;;
  esac
}

# Seconds that the oldest job waits: mails of passwords are critical, those of new posts default.
jobs() {
  local processes critical default data
  processes=$(seen .processes) critical=$(seen '.latency.critical // 0') default=$(seen '.latency.default // 0')
  data="critical=${critical}s;60;300 default=${default}s;1800 processes=$processes;;1:"
  ((processes > 0)) || answer 2 "nothing works on the forum's jobs, so no mail goes out" "$data"
  ((critical <= 300)) || answer 2 "a critical job has waited for $critical s" "$data"
  ((critical <= 60)) || answer 1 "a critical job has waited for $critical s" "$data"
  ((default <= 1800)) || answer 1 "a job has waited for $default s" "$data"
  answer 0 "jobs wait for $critical s (critical) and $default s (default)" "$data"
}

# What Discourse itself finds out each day.
version() {
  local is behind
  is=$(seen .version) behind=$(seen '.behind // 0')
  [[ $(seen .urgent) != true ]] || answer 2 "Discourse $is lacks a critical update" "behind=$behind"
  answer 0 "Discourse $is lacks no critical update" "behind=$behind"
}

# What monitors the machine takes this for the end of the deployment, unless it failed before that one was begun.
deployment() {
  local ago
  [[ -s $verdict ]] || answer 0 "no deployment has failed here since the last one that did not, or a start"
  ago=$(($(date +%s) - $(cat "$verdict")))
  answer 2 "the last deployment failed here $ago s ago, and \`pulumi up\` tells why" "failed=${ago}s"
}

case ${1:-} in
  look | check) "$@" </dev/null ;;
  *) answer 3 "there is no \"${1:-}\": look or check" ;;
esac
