#!/bin/bash
# A plugin of Icinga: how many of its connections nginx uses, in percent of what its workers may have, and how many it had to
# refuse for want of more. A request to an application takes a second connection, so what is being answered counts twice.
set -euo pipefail
shopt -s inherit_errexit
config=${CONFIG:-/etc/nginx/nginx.conf} at=http://127.0.0.1/.platform/connections

# Prints one line and ends: the plugin's number, its word, and what there is to say.
end() {
  printf 'NGINX %s: %s\n' "$2" "$3"
  exit "$1"
}

[[ $* =~ ^--timeout\ ([1-9][0-9]*)\ -w\ ([0-9]+)\ -c\ ([0-9]+)$ ]] ||
  end 3 UNKNOWN "usage: check-nginx --timeout SECONDS -w PERCENT -c PERCENT"
timeout=${BASH_REMATCH[1]} warning=${BASH_REMATCH[2]} critical=${BASH_REMATCH[3]}

said=$(curl -q -sS --fail --noproxy '*' --max-time "$timeout" "$at" 2>&1) || end 2 CRITICAL "it does not tell: ${said##*$'\n'}"
said=${said//$'\n'/ }
[[ $said =~ ^Active\ connections:\ ([0-9]+)\ +server\ accepts\ handled\ requests\ +([0-9]+)\ ([0-9]+)\ ([0-9]+)\ +Reading:\ ([0-9]+)\ Writing:\ ([0-9]+)\ Waiting:\ ([0-9]+) ]] ||
  end 3 UNKNOWN "$at tells something else: ${said:0:80}"
active=${BASH_REMATCH[1]} accepted=${BASH_REMATCH[2]} handled=${BASH_REMATCH[3]} requests=${BASH_REMATCH[4]}
writing=${BASH_REMATCH[6]} waiting=${BASH_REMATCH[7]} refused=$((accepted - handled))

# What nginx has when its configuration says nothing (ngx_core_module).
each=$(awk '$1 == "worker_connections" { sub(/;.*/, "", $2); print $2 }' "$config" 2>/dev/null) || each=''
[[ $each =~ ^[1-9][0-9]*$ ]] || each=512
workers=$(pgrep -cf '^nginx: worker process$') || workers=1
most=$((each * workers)) used=$((active + writing))
percent=$((100 * used / most))
data="used=$percent%;$warning;$critical active=$active;;;0;$most writing=$writing waiting=$waiting refused=$refused;0 requests=${requests}c"
what="$used of $most connections are used"
((percent <= critical)) || end 2 CRITICAL "$what | $data"
((refused == 0)) || end 1 WARNING "$refused connections were refused since it was started, for there were no more; $what now | $data"
((percent <= warning)) || end 1 WARNING "$what | $data"
end 0 OK "$what | $data"
