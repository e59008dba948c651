# shellcheck shell=bash
# Keeps the forum in CONTAINER (its id; a new one is waited for anew) running: starts it when it was stopped, and waits
# until it answers on SOCKET, for at most SECONDS_MAX.
: "${CONTAINER:?}" "${SOCKET:?}" "${SECONDS_MAX:?}"

# Docker's word for how the container is; nothing when it is gone, or Docker is.
state() { docker inspect --format '{{.State.Status}}' "$CONTAINER" 2>/dev/null || true; }

start() {
  case $(state) in
    created | exited) docker start "$CONTAINER" ;;
    paused) docker unpause "$CONTAINER" ;;
    '') fail "the forum's container is gone: \`pulumi up --refresh\` makes it anew" ;;
  esac
}

apply() {
  local answer='' now
  start
  SECONDS=0
  while ((SECONDS < SECONDS_MAX)); do
    now=$(state)
    [[ $now == running || $now == restarting ]] ||
      fail "the forum's container is ${now:-gone}: read \`docker logs --tail 50 app\` on the machine"
    if answer=$(curl -sS --max-time 5 -o /dev/null -w '%{http_code}' --unix-socket "$SOCKET" http://localhost/srv/status 2>&1); then
      if [[ $answer == 200 ]]; then return; fi
    fi
    sleep 1
  done
  fail "the forum did not answer on $SOCKET within $SECONDS_MAX s (last: $answer): read \`docker logs --tail 50 app\` \
on the machine, or raise bootSeconds"
}

check() {
  if [[ $(state) == running ]]; then say '{"running":true}'; else say '{"running":false}'; fi
}

"$@" </dev/null
