# shellcheck shell=bash disable=SC2034,SC2154
# The deployments of sites, as RECORDS has them: one that is under way has a file `.open`, the last one of a site that is over
# `.last`. SERVICE is what Icinga knows of them. Nothing in them is a secret.
: "${SERVICE:?}" "${RECORDS:=/var/lib/platform-icinga/deployments}"

of_site() { SITE=$1 SITE_HOST=$2 open="$RECORDS/$2.$1.open" last="$RECORDS/$2.$1.last"; }

write() { cat >"$RECORDS/.new" && chmod 0644 "$RECORDS/.new" && mv "$RECORDS/.new" "$1"; }

# Notes for how many seconds a deployment may go on.
under_way() {
  jq -nc --arg site "$SITE" --arg host "$SITE_HOST" --argjson now "$(date +%s)" --argjson most "$1" \
    '{site: $site, host: $host, begun: $now, until: ($now + $most), red: false, closed: false}' | write "$open"
}

# Notes its end: the plugin's number, how it ended, and what else there is to say. Without a begin, it took no time that is known.
over() {
  jq -nc --argjson state "$1" --arg site "$SITE" --arg host "$SITE_HOST" --arg how "$2" --arg more "$3" --argjson now "$(date +%s)" \
    --argjson open "$(cat "$open" 2>/dev/null || echo '{}')" '
      (if $state == 0 and $open.begun then $now - $open.begun else null end) as $seconds
      | {state: $state, name: "\($site)@\($host)", seconds: $seconds,
         said: "\($site) on \($host) \($how)\(if $seconds then " in \($seconds) s" else "" end)\($more)"}' | write "$last"
  rm -f "$open"
  tell
}

# A run that finds a deployment of an earlier one, which failed or never ended, has to begin again.
lapsed() {
  local is=false
  of_site "$1" "$2"
  if [[ -e $open ]]; then
    if (($(date +%s) - $(jq .begun "$open") > 120)); then is=true; fi
  elif [[ -e $last && $(jq .state "$last") != 0 ]]; then
    is=true
  fi
  say "{\"lapsed\":$is}"
}

# Whether the last one came to its end, and well; a run that goes back to what served before has the same change again.
ended() {
  local is=true
  of_site "$1" "$2"
  if [[ -e $open || (-e $last && $(jq .state "$last") != 0) ]]; then is=false; fi
  say "{\"ended\":$is}"
}

# What the plugin says of the last ones, each part in a line: number, text, figures.
report() {
  local files=("$RECORDS"/*.last)
  [[ -e ${files[0]} ]] || files=(/dev/null)
  jq -rs 'if length == 0 then 0, "DEPLOYMENT OK: there was none yet", "" else (map(.state) | max),
    "DEPLOYMENT \(if all(.state == 0) then "OK" else "CRITICAL" end): \(map(.said) | join("; "))",
    (map(select(.seconds) | "\(.name)=\(.seconds)s") | join(" ")) end' "${files[@]}"
}

check() {
  local parts
  mapfile -t parts < <(report)
  say "${parts[1]}${parts[2]:+ | ${parts[2]}}"
  exit "${parts[0]}"
}

# Tells Icinga at once, as a passive result. It is read back, for one may be lost in a reload (icinga2#9365), though Icinga said
# yes; then it reads it itself, some minutes later.
tell() {
  local parts try
  [[ $status != 000 ]] || return 0
  mapfile -t parts < <(report)
  for try in 1 2 3 4 5; do
    ask POST /v1/actions/process-check-result < <(jq -nc --arg service "$SERVICE" --argjson state "${parts[0]}" --arg said "${parts[1]}" \
      --arg figures "${parts[2]}" '{type: "Service", service: $service, exit_status: $state, plugin_output: $said,
        performance_data: ($figures | split(" ")), check_source: "platform"}')
    [[ $status == 200 ]] || return 0 # Icinga does not know the service yet
    ask GET "/v1/objects/services/$SERVICE?attrs=last_check_result"
    [[ $(jq -r '.results[0].attrs.last_check_result.output' <<<"$answer") != "${parts[1]}" ]] || return 0
    sleep 1
  done
  say "Icinga has not kept the result that it took; it reads it itself within 5 minutes"
}
