# shellcheck shell=bash disable=SC2034,SC2154
# How the container NAME of a forum's database is asked, in place of the forum: PostgreSQL and Redis, and then the forum in the
# container WEB, if that was well before. How far its data in DATA are is their major version of PostgreSQL, for no other reads them.
called="the forum's database" holder="the container of the forum's database" place=''
web_was_well=$note.web

inside() { timeout 20 docker exec "$@" 2>&1 | tail -n 1; }

well() {
  answer=$(inside --user postgres "$NAME" psql -XAtw -d discourse -c 'select 1') || true
  if [[ $answer != 1 ]]; then
    answer="PostgreSQL: $answer"
    return 1
  fi
  answer=$(inside "$NAME" redis-cli ping) || true
  if [[ $answer != PONG ]]; then
    answer="Redis: $answer"
    return 1
  fi
  [[ ! -e $web_was_well ]] || pages
}

# A forum that a build has just started again is waited for; one that is away for something else would keep its database from
# ever being replaced.
begins() {
  local started
  rm -f "$web_was_well"
  until pages; do
    started=$(of "$WEB" '{{.State.StartedAt}}')
    if [[ $(state "$WEB") != running ]] || (($(date +%s) - $(date -d "$started" +%s) > SECONDS_MAX)); then return; fi
    sleep 1
  done
  install -d -m 0700 "${note%/*}"
  : >"$web_was_well"
}

migrations() { cat "$DATA/postgres_data/PG_VERSION" 2>/dev/null || true; }
