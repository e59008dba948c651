# shellcheck shell=bash disable=SC2034,SC2154
# The way back of the forum in the container NAME. Docker's provider removes a container before it makes the next one, so the
# one that serves is kept as a twin: the same image, environment and data, and never started by Docker itself. Whoever serves
# has the NAME. Docker gives it away once, so two never serve at a time, which would destroy the database.
twin=$NAME-previous failed=$NAME-failed
unit=platform-way-back-$NAME
note=/var/lib/platform-discourse/$NAME # how far the database was migrated when the forum came up last, and in which container
last=$note.last                        # how far it was when the twin served last, where images are built beside it
verdict=/run/platform-forum/failed     # when a deployment failed, for whoever monitors the machine to see; not there when it did not

# What Docker says of a container; nothing when it is gone, or Docker is.
of() { docker inspect --type container --format "$2" "$1" 2>/dev/null || true; }
state() { of "$1" '{{.State.Status}}'; }
image() { of "$1" '{{.Image}}'; }
label() { of "$1" "{{index .Config.Labels \"platform.$2\"}}"; }
twin_serves() { [[ -n $(label "$NAME" previous-of) ]]; }

# Closes the site to its visitors (`begin`) or opens it (`end`), if the machine has a proxy that serves it.
visitors() {
  [[ -r /etc/nginx/platform/maintenance/$SITE.conf ]] || return 0
  /usr/local/sbin/platform-maintenance "$1" "$SITE" "$CLOSED_MAX" >/dev/null
}

# Notes when a deployment failed, if it ended with another code than 0.
judge() {
  (($1 > 0)) || return 0
  install -d -m 0755 "${verdict%/*}"
  date +%s >"$verdict"
}

# Has what follows judged by how it ends.
judged() {
  rm -f "$verdict"
  trap 'judge $?' EXIT
}

# How far the database in a container is migrated, in that of the STORES, or elsewhere as DATABASE says; nothing when it is silent.
migrations() {
  local question='select count(*), max(version) from schema_migrations'
  if ((${#DATABASE[@]} > 0)); then
    PGPASSWORD=$DATABASE_PASSWORD PGCONNECT_TIMEOUT=10 timeout 30 psql -XAtw "${DATABASE[@]}" -c "$question" 2>/dev/null || true
    return
  fi
  timeout 30 docker exec --user postgres "${STORES:-$1}" psql -At discourse -c "$question" 2>/dev/null || true
}

# How far the database may be migrated for the twin to serve. A build BESIDE it brings the database to where older code still
# works with it (Discourse, db/post_migrate), so what counts is how far it was when the twin served last, after the build.
bearable() { if [[ -n $BESIDE ]]; then cat "$last" 2>/dev/null || true; else label "$twin" migrations; fi; }

# Makes the twin of whoever serves, which starts when it is told to and not before. Its environment is secret.
make_twin() {
  docker rm --force --volumes "$twin" >/dev/null 2>&1 || true
  docker inspect --type container "$NAME" | jq -c --arg migrations "$(sed -n 1p "$note" 2>/dev/null)" '.[0] | .Config + {
    Image, HostConfig: (.HostConfig + {RestartPolicy: {Name: "no"}}),
    Labels: (.Config.Labels + {"platform.previous-of": .Id, "platform.migrations": $migrations})}' |
    curl -sS --fail-with-body --unix-socket /run/docker.sock -H 'Content-Type: application/json' --data-binary @- \
      "http://localhost/containers/create?name=$twin" >&2
}

# The twin serves; Docker refuses that while another container has the name.
serve() {
  docker rename "$twin" "$NAME" || return
  docker update --restart=always "$NAME" >/dev/null || return
  docker start "$NAME" >/dev/null
}

# A twin that serves is put aside again.
retire() {
  docker update --restart=no "$NAME" >/dev/null
  docker stop -t "$STOP_MAX" "$NAME" >/dev/null
  docker rename "$NAME" "$twin"
}
