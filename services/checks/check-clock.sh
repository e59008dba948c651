#!/bin/bash
# A plugin of Icinga: whether something keeps the clock, as the kernel itself knows (STA_UNSYNC in adjtimex(2)), so it does not
# matter what does. A container has the clock of its computer, and nobody there could set it.
set -euo pipefail
shopt -s inherit_errexit

# Prints one line and ends: the plugin's number, its word, and what there is to say.
end() {
  printf 'CLOCK %s: %s\n' "$2" "$3"
  exit "$1"
}

[[ $# == 2 && $1 == --timeout && $2 =~ ^[1-9][0-9]*$ ]] || end 3 UNKNOWN "usage: check-clock --timeout SECONDS"

if systemd-detect-virt --container --quiet; then end 0 OK "the clock is the computer's on which this container runs"; fi
said=$(timeout "$2" timedatectl show --property NTPSynchronized --value 2>&1) ||
  end 3 UNKNOWN "systemd does not answer: ${said:-not within $2 s}"
[[ $said == yes ]] || end 2 CRITICAL "nothing keeps it, or nobody could be asked for the time yet | kept=0;;1:"
end 0 OK "it is kept | kept=1;;1:"
