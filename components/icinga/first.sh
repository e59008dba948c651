# shellcheck shell=bash disable=SC2154
# The first results of new services. Icinga runs a check within a minute after a reload; when the agent has not connected again
# by then, the service would wait for a whole interval, which may be an hour. So that is asked for when all AGENTS are back.
first_results() {
  local new end=$((SECONDS + 30))
  need GET '/v1/objects/services?attrs=__name&attrs=last_check&attrs=package'
  new=$(jq -c --arg name "$PACKAGE" '[.results[].attrs | select(.package == $name and .last_check <= 0).__name]' <<<"$answer")
  [[ $new != '[]' ]] || return 0
  until connected || ((SECONDS >= end)); do sleep 1; done # one that stays away makes its machine red
  need POST /v1/actions/reschedule-check < <(jq -nc --argjson services "$new" '{type: "Service", services: $services, force: true}')
}

connected() {
  need GET '/v1/objects/endpoints?attrs=__name&attrs=connected'
  jq -e --args '[.results[].attrs | select(.connected).__name] as $all | $ARGS.positional - $all == []' "${AGENTS[@]}" <<<"$answer" >/dev/null
}
