# shellcheck shell=bash disable=SC2034,SC2154
# What Icinga has to know of the deployments of sites. A run says `begin SITE MACHINE SECONDS`, and `end SITE MACHINE` when it went
# well; `tend` looks after those whose run was broken off; `lapsed SITE MACHINE` tells whether one was, `ended SITE MACHINE` whether
# the last one is over and went well; `check` is the plugin.
: "${LOCK:=/run/platform-deployments}" "${GREEN_SECONDS:=60}" "${ANSWER_SECONDS:=15}"
PATIENCE=$ANSWER_SECONDS

# One at a time; the others wait.
alone() {
  exec 9>"$LOCK"
  flock --wait 240 9 || fail "another deployment has kept Icinga for 4 minutes: see \`systemctl status platform-deployments\`, then run again"
  install -d -m 0755 "${RECORDS%/*}" "$RECORDS"
}

begin() {
  alone
  of_site "$1" "$2"
  under_way "$3"
  if ! answers; then
    say "Icinga does not answer, so it tells nobody anyway"
    return
  fi
  see_services
  if [[ $services == '[]' ]]; then say "Icinga does not know the site yet"; else open_downtimes "$3"; fi
}

# The site's services are looked at again and again, until they are green or their time is over: what is red then, people shall know.
end() {
  local until=$((SECONDS + GREEN_SECONDS)) but=''
  alone
  of_site "$1" "$2"
  if answers; then
    see_services
    if [[ $services != '[]' ]]; then
      until green || ((SECONDS >= until)); do :; done
      [[ $red == '[]' ]] || but="; not green $GREEN_SECONDS s later: $(names)"
    fi
    remove_downtimes
  else
    say "Icinga does not answer, so it tells nobody anyway"
  fi
  over 0 "was deployed" "$but"
}

# Each deployment that is not over: its downtimes go when all is green again, and it has failed when its machine says so, or when its
# time is over.
tend() {
  local file site host now
  alone
  for file in "$RECORDS"/*.open; do
    [[ -e $file ]] || continue
    read -r site host < <(jq -r '"\(.site) \(.host)"' "$file")
    of_site "$site" "$host"
    now=$(date +%s)
    seen
    if denied; then
      remove_downtimes # what is red now, people shall know
      over 2 "failed, and \`pulumi up\` tells why" "; $state"
    elif ((now >= $(jq .until "$file"))); then
      over 2 "was not brought to an end, and \`pulumi up\` tells why" "; $state"
    elif [[ $state == red* ]]; then
      note '.red = true'
    elif [[ $state == green ]] && ripe "$now"; then
      remove_downtimes
      note '.closed = true'
    fi
  done
}
note() { jq -c "$1" "$open" | write "$open"; }

# Green is no sign before a run has closed the site: once it was red, or 5 minutes later, nobody is at it any more.
ripe() { jq -e --argjson now "$1" '(.closed | not) and (.red or $now - .begun >= 300)' "$open" >/dev/null; }

"$@" </dev/null
