# shellcheck shell=bash disable=SC2034,SC2154
# The services of SITE on SITE_HOST in Icinga, and the downtimes that they have while the site is deployed.

# For so many seconds, from now on.
open_downtimes() {
  local now
  remove_downtimes # a run that was broken off may have left them
  now=$(date +%s)
  need POST /v1/actions/schedule-downtime < <(jq -nc --argjson services "$services" --arg comment "$(comment)" \
    --argjson from "$now" --argjson to "$((now + $1))" \
    '{type: "Service", services: $services, author: "platform", comment: $comment, start_time: $from, end_time: $to, fixed: true}')
  # A reload at the same moment loses what it answers 200 to (icinga2#9366), so it is read back.
  see_downtimes
  [[ $(jq length <<<"$downtimes") == $(jq length <<<"$services") ]] ||
    fail "Icinga has lost downtimes of $SITE that it has just taken: somebody reloads it, so wait for that, then run again"
}

comment() { printf 'the platform deploys %s on %s' "$SITE" "$SITE_HOST"; }

# `services`: those of the site, by a filter of jq if one is given.
see_services() {
  need GET '/v1/objects/services?attrs=__name&attrs=host_name&attrs=vars&attrs=state&attrs=last_check'
  services=$(jq -c --arg site "$SITE" --arg host "$SITE_HOST" \
    "[.results[].attrs | select(.host_name == \$host and .vars.site? == \$site) ${1:-} | .__name]" <<<"$answer")
}

# Has the site's services looked at. `red` are those that are not green, `late` those that have not been looked at yet.
look() {
  local since
  since=$(date +%s)
  need POST /v1/actions/reschedule-check < <(jq -nc --argjson services "$services" '{type: "Service", services: $services, force: true}')
  sleep 2
  see_services "| select(.state != 0)"
  red=$services
  see_services "| select(.last_check < $since)"
  late=$services
  see_services
}

green() {
  look
  [[ $red == '[]' && $late == '[]' ]]
}

# Sets `status`, too.
answers() { ask GET /v1 && [[ $status != 000 ]]; }

# `state`: of the site's services in one word, or which of them are red.
seen() {
  state=unknown
  answers || return 0
  see_services
  red='[]' late='[]'
  [[ $services == '[]' ]] || look
  if [[ $red != '[]' ]]; then state="red: $(names)"; elif [[ $late == '[]' ]]; then state=green; fi
}

names() { jq -r 'map(split("!")[1]) | join(", ")' <<<"$red"; }

# `downtimes`: the names of those that the platform has made for the site.
see_downtimes() {
  need GET '/v1/objects/downtimes?attrs=__name&attrs=author&attrs=comment'
  downtimes=$(jq -c --arg comment "$(comment)" '[.results[].attrs | select(.author == "platform" and .comment == $comment).__name]' <<<"$answer")
}

remove_downtimes() {
  local name
  see_downtimes
  for name in $(jq -r '.[]' <<<"$downtimes"); do
    ask POST "/v1/actions/remove-downtime" < <(jq -nc --arg name "$name" '{type: "Downtime", downtime: $name}')
    [[ $status == @(200|404) ]] || succeeded POST /v1/actions/remove-downtime # its time may just be over
  done
  see_downtimes
  [[ $downtimes == '[]' ]] || fail "Icinga keeps downtimes of $SITE that were to go: see /var/log/icinga2/icinga2.log, then run again"
}
