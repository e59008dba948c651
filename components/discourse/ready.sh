# shellcheck shell=bash disable=SC2154
# Keeps the forum in CONTAINER (its id; a new one is waited for anew) running: starts it when it was stopped, and waits until
# it answers at UPSTREAM, for SECONDS_MAX at most. Then SITE is open. When it does not come up, its twin serves again, unless the
# database is newer than that: it would be at the mercy of older code.
: "${CONTAINER:?}" "${NAME:?}" "${SITE:?}" "${HOST:?}" "${UPSTREAM:?}" "${SECONDS_MAX:?}" "${STOP_MAX:?}" "${CLOSED_MAX:?}"

# One that did not come up the last time was put aside, and gets another try.
start() {
  [[ -n $(state "$CONTAINER") ]] || fail "the forum's container is gone: \`pulumi up --refresh\` makes it anew"
  if [[ $(of "$CONTAINER" '{{.Name}}') != "/$NAME" ]]; then
    docker update --restart=always "$CONTAINER"
    docker rename "$CONTAINER" "$NAME"
  fi
  case $(state "$CONTAINER") in
    created | exited) docker start "$CONTAINER" ;;
    paused) docker unpause "$CONTAINER" ;;
  esac
}

# The new container goes, and its twin comes back where that can do no harm.
way_back() {
  local before now same='' why=$problem logs
  logs="read \`docker logs --tail 50 $failed\` on the machine$advice"
  visitors begin
  before=$(bearable) now=$(migrations "$CONTAINER")
  if [[ $(image "$CONTAINER") == "$(image "$twin")" ]]; then same=yes; fi
  docker update --restart=no "$CONTAINER" >/dev/null
  docker stop -t "$STOP_MAX" "$CONTAINER" >/dev/null
  docker rm --force --volumes "$failed" >/dev/null 2>&1 || true
  docker rename "$CONTAINER" "$failed"
  if [[ -n $same || (-n $before && ${now:-$before} == "$before") ]]; then
    serve || fail "$why, and Docker did not start the one before it (see above). Visitors see the offline page; $logs"
    arrives "$NAME" || fail "$why, and the one before it did not come back: $problem. Visitors see the offline page; $logs"
    now=$(migrations "$NAME")
    if [[ -n $same || $now == "$before" ]]; then
      visitors end
      fail "$why. The one before it serves again, on the database as it was. Now $logs, and run \`pulumi up\` again"
    fi
    retire
  fi
  fail "$why. The database was migrated, or may have been (${before:-unknown} before, ${now:-unknown} now), so the one before it must \
not run on it, and visitors see the offline page. Now $logs, and run \`pulumi up\` again; docs/forum.md tells the way by a backup"
}

apply() {
  judged
  systemctl stop "$unit" 2>/dev/null || true
  start
  if ! arrives "$CONTAINER"; then
    [[ -z $(state "$twin") ]] || way_back
    fail "$problem: read \`docker logs --tail 50 $NAME\` on the machine$advice"
  fi
  docker rm --force --volumes "$twin" >/dev/null 2>&1 || true
  install -d -m 0700 "${note%/*}"
  printf '%s\n' "$(migrations "$CONTAINER")" "$(of "$CONTAINER" '{{.Id}}')" >"$note"
  visitors end
}

# A twin that is still there is that of a deployment which has not come to its end.
check() {
  local running=false kept=false
  if [[ $(state "$CONTAINER") == running ]]; then running=true; fi
  if [[ -n $(state "$twin") ]]; then kept=true; fi
  say "{\"running\":$running,\"twin\":$kept}"
}

"$@" </dev/null
