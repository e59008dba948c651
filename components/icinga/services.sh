# shellcheck shell=bash disable=SC2034,SC2154
# The services of SITE on SITE_HOST in Icinga, and how they are.

# `services`: those of the site, by a filter of jq if one is given.
see_services() {
  need GET '/v1/objects/services?attrs=__name&attrs=host_name&attrs=vars&attrs=state&attrs=last_check'
  services=$(jq -c --arg site "$SITE" --arg host "$SITE_HOST" \
    "[.results[].attrs | select(.host_name == \$host and .vars.site? == \$site) ${1:-} | .__name]" <<<"$answer")
}

# Has the site's services looked at. `red` are those that are not green but for what judges deployments, `late` those that have not been looked at yet.
look() {
  local since
  since=$(date +%s)
  need POST /v1/actions/reschedule-check < <(jq -nc --argjson services "$services" '{type: "Service", services: $services, force: true}')
  sleep 2
  see_services "| select(.state != 0 and .vars.gate? != true)"
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

# Whether the site's machine says that a deployment has failed since the one that is under way was begun. Clocks may differ a little.
denied() {
  local gate since
  if [[ $status == 000 ]]; then return 1; fi
  since=$(jq '.begun - 5' "$open")
  see_services '| select(.vars.gate? == true and .state == 2)'
  for gate in $(jq -r '.[]' <<<"$services"); do
    need GET "/v1/objects/services/$gate?attrs=last_check&attrs=last_check_result"
    ! jq -e --argjson since "$since" '.results[0].attrs | .last_check as $at | .last_check_result.performance_data[]?
      | strings | capture("^failed=(?<ago>[0-9]+)s$") | $at - (.ago | tonumber) >= $since' <<<"$answer" >/dev/null || return 0
  done
  return 1
}

names() { jq -r 'map(split("!")[1]) | join(", ")' <<<"$red"; }
