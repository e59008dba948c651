# shellcheck shell=bash
# Waits until the forum in CONTAINER (its id; a new one is asked anew) answers on SOCKET, for at most SECONDS_MAX.
: "${CONTAINER:?}" "${SOCKET:?}" "${SECONDS_MAX:?}"

apply() {
  local answer='' state
  SECONDS=0 # not the time for which the lock was waited for
  while ((SECONDS < SECONDS_MAX)); do
    state=$(docker inspect --format '{{.State.Status}}' "$CONTAINER" 2>/dev/null || true)
    [[ $state == running || $state == restarting ]] ||
      fail "the forum's container is ${state:-gone}: read \`docker logs --tail 50 app\` on the machine"
    if answer=$(curl -sS --max-time 5 -o /dev/null -w '%{http_code}' --unix-socket "$SOCKET" http://localhost/srv/status 2>&1); then
      [[ $answer != 200 ]] || {
        say "answers"
        return
      }
    fi
    sleep 1
  done
  fail "the forum did not answer on $SOCKET within $SECONDS_MAX s (last: $answer): read \`docker logs --tail 50 app\` \
on the machine, or raise bootSeconds"
}

"$@" </dev/null
