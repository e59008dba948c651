#!/bin/bash
# A plugin of Icinga: whether something keeps the clock, as the kernel itself knows (STA_UNSYNC in adjtimex(2)), so it does not
# matter what does; and how far it is off, where that is chrony or systemd-timesyncd. A container has the clock of its computer,
# and nobody there could set it.
set -euo pipefail
shopt -s inherit_errexit

# Prints one line and ends: the plugin's number, its word, and what there is to say.
end() {
  printf 'CLOCK %s: %s\n' "$2" "$3"
  exit "$1"
}

[[ $* =~ ^--timeout\ ([1-9][0-9]*)\ -w\ ([0-9]+)\ -c\ ([0-9]+)$ ]] ||
  end 3 UNKNOWN "usage: check-clock --timeout SECONDS -w MILLISECONDS -c MILLISECONDS"
timeout=${BASH_REMATCH[1]} warning=${BASH_REMATCH[2]} critical=${BASH_REMATCH[3]}

# How far it is off, in milliseconds; nothing where nobody tells.
offset() {
  if command -v chronyc >/dev/null && timeout "$timeout" chronyc -n -c tracking 2>/dev/null |
    awk -F , 'NF >= 14 { printf "%.0f\n", ($5 < 0 ? -$5 : $5) * 1000; told = 1 } END { exit !told }'; then return; fi
  # A sum of parts such as "+1min 2.5s" (systemd.time(7)).
  LC_ALL=C timeout "$timeout" timedatectl timesync-status 2>/dev/null | awk '
    BEGIN { of["us"] = 0.001; of["ms"] = 1; of["s"] = 1000; of["min"] = 60000; of["h"] = 3600000; of["d"] = 86400000 }
    $1 == "Offset:" {
      for (i = 2; i <= NF; i++) {
        unit = $i; gsub(/[^a-z]/, "", unit); number = $i; gsub(/[^0-9.]/, "", number)
        if (!(unit in of)) next
        sum += number * of[unit]
      }
      printf "%.0f\n", sum
    }'
}

if systemd-detect-virt --container --quiet; then end 0 OK "the clock is the computer's on which this container runs"; fi
said=$(timeout "$timeout" timedatectl show --property NTPSynchronized --value 2>&1) ||
  end 3 UNKNOWN "systemd does not answer: ${said:-not within $timeout s}"
[[ $said == yes ]] || end 2 CRITICAL "nothing keeps it, or nobody could be asked for the time yet | kept=0;;1:"
off=$(offset) || off=''
[[ -n $off ]] || end 0 OK "it is kept | kept=1;;1:"
data="kept=1;;1: offset=${off}ms;$warning;$critical"
((off <= critical)) || end 2 CRITICAL "it is kept, and $off ms off | $data"
((off <= warning)) || end 1 WARNING "it is kept, and $off ms off | $data"
end 0 OK "it is kept, and $off ms off | $data"
