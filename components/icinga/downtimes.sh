# shellcheck shell=bash disable=SC2034,SC2154
# The downtimes that the services of SITE on SITE_HOST have in Icinga while the site is deployed.

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
