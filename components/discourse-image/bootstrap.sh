# shellcheck shell=bash disable=SC2034,SC2154
# What runs as a unit of systemd of its own: a build that ends with its connection, or is killed, would leave the forum stopped.
# The unit is called by the CONTAINER; what it says goes to a log of that name.
unit=platform-build-$CONTAINER
work=/run/$unit
log=/var/log/$unit.log

launcher() { (cd "$DIRECTORY" && ./launcher "$@" </dev/null); }

# Containers that run on the forum's data, but for the forum's own.
others() { docker ps --no-trunc --filter "volume=$SHARED" --format '{{.ID}} {{.Names}}' | awk -v own="$CONTAINER" '$2 != own { print $1 }'; }

# Whether the forum's container is in that state.
container_is() { [[ $(docker inspect --format '{{.State.Status}}' "$CONTAINER" 2>/dev/null) == "$1" ]]; }

# The main process of the unit. The forum is stopped for it, since the build starts a database on the same directory; what can
# be found out before, and the download of the base image, comes before that. 77 means "run me again" (PostgreSQL's upgrade).
# shellcheck disable=SC2317
bootstrap() {
  local try code=0
  launcher start-cmd "$CONTAINER" || code=$?
  if ((code == 0)); then
    systemctl stop "platform-way-back-$CONTAINER" 2>/dev/null || true # it would start the forum that is missing
    if container_is running; then
      : >"$work/was-running"
      docker stop --time 600 "$CONTAINER"
    fi
    for try in 1 2 3; do
      code=0
      launcher bootstrap "$CONTAINER" || code=$?
      ((code == 77)) || break
      printf 'the launcher asked to be run again (77), which was try %s of 3\n' "$try"
    done
  fi
  if ((code == 0)); then docker tag "local_discourse/$CONTAINER" "$IMAGE" || code=$?; fi
  printf '%s\n' "$code" >"$work/code"
  exit "$code"
}

# Runs when that has ended, however it did. The container of a build that was killed still runs, with a database in it; while
# it does, the forum's own must not.
# shellcheck disable=SC2317
put_back() {
  others | xargs --no-run-if-empty docker rm --force --volumes || true
  rm -f "$DIRECTORY/cids/${CONTAINER}_bootstrap.cid" || true
  if [[ -e $work/was-running && -z $(others) ]]; then docker start "$CONTAINER"; fi
}

# A program of one of these functions.
program() {
  printf 'set -euo pipefail\n'
  declare -p DIRECTORY CONTAINER SHARED IMAGE work
  declare -f launcher others container_is "$1"
  printf '%s\n' "$1"
}

# Whether a build is under way, which a run has begun that was broken off.
at_work() { [[ $(systemctl show --property=ActiveState --value "$unit") != inactive ]]; }

# Runs the build to its end, whatever that is.
build() {
  rm -rf "$work"
  install -d -m 0700 "$work"
  program bootstrap >"$work/bootstrap"
  program put_back >"$work/put-back"
  (umask 077 && : >"$log")
  systemd-run --quiet --collect --wait --unit="$unit" --description="build of the forum's image" \
    --property=Type=exec --property=KillMode=control-group --property=TimeoutStopSec=120 \
    --property=RuntimeMaxSec="$((MINUTES * 60 + 600))" --property=StandardOutput="append:$log" \
    --property=StandardError="append:$log" --property=ExecStopPost="/bin/bash $work/put-back" \
    env -i HOME=/root LC_ALL=C.UTF-8 PATH="$PATH" bash "$work/bootstrap" || true
}
