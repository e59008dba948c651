#!/bin/bash
# A plugin of Icinga: units of systemd that have failed, by their names.
set -euo pipefail
shopt -s inherit_errexit

# Prints one line and ends: the plugin's number, its word, and what there is to say.
end() {
  printf 'UNITS %s: %s\n' "$2" "$3"
  exit "$1"
}

[[ $# == 2 && $1 == --timeout && $2 =~ ^[1-9][0-9]*$ ]] || end 3 UNKNOWN "usage: check-units --timeout SECONDS"

said=$(timeout "$2" systemctl list-units --failed --plain --no-legend --no-pager 2>&1) ||
  end 3 UNKNOWN "systemd does not answer: ${said:-not within $2 s}"
mapfile -t units < <(awk 'NF { print $1 }' <<<"$said")
data="failed=${#units[@]};;0"
[[ ${#units[@]} == 0 ]] || end 2 CRITICAL "failed: $(printf '%s, ' "${units[@]:0:20}" | sed 's/, $//') | $data"
end 0 OK "no unit has failed | $data"
