#!/bin/bash
# A plugin of Icinga: tells what platform-gitlab-look saw of an INSTANCE. Anybody may run it.
set -euo pipefail
answer() {
  local words=(OK WARNING CRITICAL UNKNOWN)
  printf 'GITLAB %s: %s\n' "${words[$1]}" "$2"
  exit "$1"
}
checks='readiness|container|sidekiq|migrations|version|token'
usage="usage: check-gitlab $checks INSTANCE"
[[ $# == 2 ]] || answer 3 "$usage"
note=/run/platform-gitlab/$2.json
[[ -s $note ]] || answer 3 "$2 has not been looked into since the machine was started"
told() { jq -r "$1" "$note"; }
age=$(told '(now | floor) - .time')
((age <= 900)) || answer 3 "$2 was looked into $age s ago, and should be each 120: see \`systemctl status platform-gitlab-look docker\`"

readiness() {
  local code failed
  code=$(told .code)
  failed=$(told '[.body | objects | to_entries[] | select(.key | endswith("_check")) | select(any(.value[]?; .status != "ok"))
    | .key | rtrimstr("_check")] | join(", ")')
  case $code in
    200) answer 0 "all parts are ready | code=200" ;;
    404) answer 2 "its health is hidden from the machine (404): the allow-list is broken, GitLab itself may be well | code=404" ;;
    0) answer 2 "it does not answer | code=0" ;;
    *) answer 2 "it is not ready ($code${failed:+: $failed}) | code=$code" ;;
  esac
}

container() {
  local status gone restarts data
  status=$(told .status) gone=$(told 'if .gone then .time - .gone else 0 end') restarts=$(told '.restarts[-1][1] - .restarts[0][1]')
  data="restarts=$restarts;;2 gone=${gone}s;;900"
  ((restarts <= 2)) || answer 2 "the container was started anew $restarts times within an hour, for it ended | $data"
  ((gone <= 900)) || answer 2 "the container is $status, for $gone s at least | $data"
  [[ $(told .oom) != true ]] || answer 1 "a process was ended for want of memory | $data"
  answer 0 "the container is $status | $data"
}
