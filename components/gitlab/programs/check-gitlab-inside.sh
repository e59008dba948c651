# shellcheck shell=bash disable=SC2154
# The rest of check-gitlab: what only GitLab itself can tell.

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

# A run makes it anew in its last 30 days, or the last quarter of a life that the instance's limit makes shorter: not before, so
# that nobody is told what no run would mend.
token() {
  local code left warning critical level=0
  code=$(told '.token.code // 0') left=$(told '.token.left')
  warning=$(told '[21, (.token.life // 364) / 4] | min | floor') critical=$(told '[7, (.token.life // 364) / 12] | min | floor')
  [[ $code != 40[13] ]] || answer 2 "GitLab does not take the platform's token ($code)"
  [[ $code == 200 ]] || answer 3 "it does not tell of the platform's token"
  [[ $left != null ]] || answer 0 "the platform's token has no end"
  ((left >= warning)) || level=1
  ((left >= critical)) || level=2
  answer "$level" "the platform's token ends in $left days | left=${left}d;$warning:;$critical:"
}

[[ "|$checks|" == *"|$1|"* ]] || answer 3 "$usage"
"$1" </dev/null
