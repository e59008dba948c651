#!/bin/bash
# A plugin of Icinga: how much memory programs could still get (MemAvailable in proc(5)), in percent of all. A container sees that
# of its computer, which is for that one to watch.
set -euo pipefail
shopt -s inherit_errexit
info=${MEMINFO:-/proc/meminfo}

# Prints one line and ends: the plugin's number, its word, and what there is to say.
end() {
  printf 'MEMORY %s: %s\n' "$2" "$3"
  exit "$1"
}

# The timeout is for others to read: a file of the kernel does not keep anybody waiting.
[[ $* =~ ^--timeout\ [1-9][0-9]*\ -w\ ([0-9]+)\ -c\ ([0-9]+)$ ]] ||
  end 3 UNKNOWN "usage: check-memory --timeout SECONDS -w PERCENT -c PERCENT"
warning=${BASH_REMATCH[1]} critical=${BASH_REMATCH[2]}

if systemd-detect-virt --container --quiet; then end 0 OK "the memory is the computer's on which this container runs"; fi
kib() { awk -v name="$1:" '$1 == name { print $2 }' "$info"; }
total=$(kib MemTotal) available=$(kib MemAvailable)
[[ $total =~ ^[1-9][0-9]*$ && $available =~ ^[0-9]+$ ]] || end 3 UNKNOWN "$info does not tell"
swapped=$(($(kib SwapTotal) - $(kib SwapFree)))
percent=$((100 * available / total))
data="available=$percent%;$warning:;$critical: swapped=${swapped}KB"
what="$percent % of $((total / 1024)) MiB are left, and $((swapped / 1024)) MiB are in the swap"
((percent >= critical)) || end 2 CRITICAL "$what | $data"
((percent >= warning)) || end 1 WARNING "$what | $data"
end 0 OK "$what | $data"
