#!/bin/bash
# A plugin of Icinga: tells what platform-gitlab-look saw of an INSTANCE. Anybody may run it.
set -euo pipefail
answer() {
  local words=(OK WARNING CRITICAL UNKNOWN)
  printf 'GITLAB %s: %s\n' "${words[$1]}" "$2"
  exit "$1"
}
usage="usage: check-gitlab readiness|container|sidekiq|migrations|version INSTANCE"
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

# Seconds that the oldest job of any queue waits (.latency, in seconds).
sidekiq() {
  local processes latency data
  [[ $(told '.sidekiq != null') == true ]] || answer 3 "it does not tell of its jobs"
  processes=$(told '.sidekiq.processes | length') latency=$(told '[.sidekiq.queues[]?.latency // 0] | max // 0 | floor')
  data="latency=${latency}s;60;600 processes=$processes;;1: dead=$(told '.sidekiq.jobs.dead // 0')"
  ((processes > 0)) || answer 2 "nothing works on its jobs | $data"
  ((latency <= 600)) || answer 2 "a job has waited for $latency s | $data"
  ((latency <= 60)) || answer 1 "a job has waited for $latency s | $data"
  answer 0 "jobs wait for $latency s | $data"
}

migrations() {
  local unfinished failed hours data
  [[ $(told '.unfinished != null') == true ]] || answer 3 "its database does not tell of background migrations"
  unfinished=$(told .unfinished) failed=$(told .failed) hours=$(told 'if .waiting then (.time - .waiting) / 3600 | floor else 0 end')
  data="unfinished=$unfinished failed=$failed;;0"
  ((failed == 0)) || answer 2 "$failed background migrations have failed, and no upgrade is possible | $data"
  ((hours < 24)) || answer 1 "$unfinished background migrations have not ended for $hours hours | $data"
  answer 0 "$unfinished background migrations are under way | $data"
}

version() {
  local is severity urgent latest
  is=$(told '.metadata.version // ""') severity=$(told '.release.severity // "unknown"') urgent=$(told '.release.critical_vulnerability // false')
  latest=$(told '.release.latest_version // "unknown"')
  [[ -n $is ]] || answer 3 "it does not tell its version"
  [[ $(told .metadata.enterprise) == true ]] || answer 2 "GitLab $is is not the Enterprise Edition"
  [[ $urgent != true ]] || answer 2 "GitLab $is has a critical vulnerability; the latest is $latest"
  case $severity in
    success) answer 0 "GitLab $is lacks no fix" ;;
    warning) answer 1 "GitLab $is is not the latest, $latest" ;;
    danger) answer 2 "GitLab $is lacks security fixes; the latest is $latest" ;;
    *) answer 0 "GitLab $is; whether it lacks fixes nobody was asked, or did not say" ;;
  esac
}

case $1 in
  readiness | container | sidekiq | migrations | version) "$1" </dev/null ;;
  *) answer 3 "$usage" ;;
esac
