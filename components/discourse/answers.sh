# shellcheck shell=bash disable=SC2034,SC2154
# How a forum is asked at its UPSTREAM, `unix:/path` or `address:port`, by the name HOST, whether it serves.
called="the forum" holder="the forum's container" place=" on ${UPSTREAM#unix:}"

# Whether the forum answers: a web worker, and then a page that needs the database; 403 where one has to log in.
pages() {
  local path at="http://$UPSTREAM" way=()
  if [[ $UPSTREAM == unix:* ]]; then at=http://localhost way=(--unix-socket "${UPSTREAM#unix:}"); fi
  for path in /srv/status /latest.json; do
    answer=$(curl -sS --max-time 10 -o /dev/null -w '%{http_code}' -H "Host: $HOST" -H 'X-Forwarded-Proto: https' \
      "${way[@]}" "$at$path" 2>&1) || true
    if [[ $answer != 200 && "$path $answer" != '/latest.json 403' ]]; then
      answer="$path: $answer"
      return 1
    fi
  done
}

well() { pages; }

# Notes what else counts when the site is about to be closed.
begins() { :; }

# Waits until a container answers; else `problem` says why not, and `advice` what else to do.
arrives() {
  local now answer=''
  SECONDS=0
  while ((SECONDS < SECONDS_MAX)); do
    now=$(state "$1")
    if [[ $now != running && $now != restarting ]]; then
      problem="$holder is ${now:-gone}" advice=''
      return 1
    fi
    if well; then return; fi
    sleep 1
  done
  problem="$called did not answer$place within $SECONDS_MAX s (last: $answer)" advice=', or raise bootSeconds'
  return 1
}
