# shellcheck shell=bash disable=SC2034,SC2154
# A STEP of a deployment: `begin` has Icinga tell nobody of the services of SITE on SITE_HOST, for SECONDS_MAX at most, and
# `end` has it tell again, once they are green or after a minute. It runs once for each CHANGE.
: "${STEP:?}" "${SITE:?}" "${SITE_HOST:?}" "${SECONDS_MAX:?}" "${CHANGE:?}"
comment="the platform deploys $SITE on $SITE_HOST"

apply() {
  PATIENCE=15
  ask GET /v1
  if [[ $status == 000 ]]; then
    say "Icinga does not answer, so it tells nobody anyway"
    return
  fi
  "$STEP"
}

begin() {
  local now
  see_services
  if [[ $services == '[]' ]]; then
    say "Icinga does not know the site yet"
    return
  fi
  remove_ours # a run that was broken off may have left them
  now=$(date +%s)
  need POST /v1/actions/schedule-downtime < <(jq -nc --argjson services "$services" --arg comment "$comment" \
    --argjson from "$now" --argjson to "$((now + SECONDS_MAX))" \
    '{type: "Service", services: $services, author: "platform", comment: $comment, start_time: $from, end_time: $to, fixed: true}')
  # A reload at the same moment loses what it answers 200 to (icinga2#9366), so it is read back.
  see_ours
  [[ $(jq length <<<"$ours") == $(jq length <<<"$services") ]] ||
    fail "Icinga has lost downtimes of $SITE that it has just taken: somebody reloads it, so wait for that, then run again"
}

# The site's services are looked at again and again, until they are green or a minute is over: what is red then, people shall know.
end() {
  local until=$((SECONDS + 60))
  see_services
  if [[ $services != '[]' ]]; then
    until green || ((SECONDS >= until)); do sleep 2; done
  fi
  remove_ours
}

green() {
  local since
  since=$(date +%s)
  need POST /v1/actions/reschedule-check < <(jq -nc --argjson services "$services" '{type: "Service", services: $services, force: true}')
  sleep 2
  see_services "| select(.last_check < $since or .state != 0)"
  local red=$services
  see_services
  [[ $red == '[]' ]]
}

# `services`: those of the site, by a filter of jq if one is given.
see_services() {
  need GET '/v1/objects/services?attrs=__name&attrs=host_name&attrs=vars&attrs=state&attrs=last_check'
  services=$(jq -c --arg site "$SITE" --arg host "$SITE_HOST" \
    "[.results[].attrs | select(.host_name == \$host and .vars.site? == \$site) ${1:-} | .__name]" <<<"$answer")
}

# `ours`: the names of the downtimes that this script has made for the site.
see_ours() {
  need GET '/v1/objects/downtimes?attrs=__name&attrs=author&attrs=comment'
  ours=$(jq -c --arg comment "$comment" '[.results[].attrs | select(.author == "platform" and .comment == $comment).__name]' <<<"$answer")
}

remove_ours() {
  local name
  see_ours
  for name in $(jq -r '.[]' <<<"$ours"); do
    ask POST "/v1/actions/remove-downtime" < <(jq -nc --arg name "$name" '{type: "Downtime", downtime: $name}')
    [[ $status == @(200|404) ]] || succeeded POST /v1/actions/remove-downtime # its time may just be over
  done
  see_ours
  [[ $ours == '[]' ]] || fail "Icinga keeps downtimes of $SITE that were to go: see /var/log/icinga2/icinga2.log, then run again"
}

"$@" </dev/null
