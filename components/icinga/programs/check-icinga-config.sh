#!/bin/bash
# A plugin of Icinga: whether Icinga NODE, which answers at ADDRESS, runs with what it has on the disk. After a reload that failed
# it calls itself well (icinga2#8429), though the next start would fail. What somebody sets of an object at run time is told,
# too, for that outlives all deployments. It asks by the certificate of the node, so nagios runs it.
set -euo pipefail
shopt -s inherit_errexit
node=${1:?} address=${2:?} certificates=/var/lib/icinga2/certs

# Prints one line and ends: the plugin's number, its word, and what there is to say.
end() {
  printf 'ICINGA %s: %s\n' "$2" "$3"
  exit "$1"
}

# Sets `answer`.
ask() {
  answer=$(curl -sS --fail --max-time 10 --cacert "$certificates/ca.crt" --cert "$certificates/$node.crt" --key "$certificates/$node.key" \
    --resolve "$node:5665:$address" -H 'Accept: application/json' "https://$node:5665$1" 2>&1) ||
    end 3 UNKNOWN "its API does not answer: ${answer##*$'\n'}"
}

# The first thing that is wrong, with its place.
if ! said=$(timeout 60 icinga2 daemon -C 2>&1); then
  wrong=$(grep -E 'critical/|^Location:' <<<"$said" | head -n 2 | sed 's/^\[[^]]*\] critical\/[A-Za-z]*: //; s/^Location: //' | paste -sd ' ' | cut -c 1-500) || true
  end 2 CRITICAL "it cannot read its configuration, so it goes on with what it had, and would not start again: ${wrong:-no reason told}"
fi

# Of each of the platform's packages, the stage that its mark was read from, against the one that is marked as active.
ask /v1/config/packages
active=$(jq -c '[.results[] | {(.name): ."active-stage"}] | add // {}' <<<"$answer")
ask '/v1/objects/checkcommands?attrs=__name&attrs=source_location'
stale=$(jq -r --argjson active "$active" '
  [.results[].attrs | select(.__name | startswith("package.")) | (.source_location.path | split("/")) as $path
    | {package: (.__name | ltrimstr("package.")), stage: $path[-3]}] as $live
  | $active | to_entries[] | select(.key | startswith("platform-")) | .key as $name
  | select(([$live[] | select(.package == $name).stage][0] // "") != .value) | .key' <<<"$answer")
[[ -z $stale ]] || end 2 CRITICAL "it does not run with what it took last: ${stale//$'\n'/, }; see /var/log/icinga2/icinga2.log, then \`systemctl reload icinga2\`"

modified=()
for kind in hosts services; do
  ask "/v1/objects/$kind?attrs=__name&attrs=package&attrs=original_attributes"
  mapfile -t -O "${#modified[@]}" modified < <(jq -r '.results[].attrs | select((.package // "") | startswith("platform-"))
    | select((.original_attributes // {}) | length > 0) | "\(.__name) (\(.original_attributes | keys | join(", ")))"' <<<"$answer")
done
[[ ${#modified[@]} == 0 ]] || end 1 WARNING "set at run time, against the configuration: $(printf '%s; ' "${modified[@]:0:10}" | sed 's/; $//') | modified=${#modified[@]};0"
end 0 OK "it runs with what it has on the disk | modified=0;0"
