# shellcheck shell=bash disable=SC2034,SC2154
# What runs as a unit of systemd of its own: a build that ends with its connection, or is killed, could leave the forum stopped.
# The unit is called by the CONTAINER; what it says goes to a log of that name.
unit=platform-build-$CONTAINER
work=/run/$unit
log=/var/log/$unit.log

launcher() { (cd "$DIRECTORY" && ./launcher "$@" </dev/null); }

others() { docker ps --no-trunc --filter "volume=$SHARED" --format '{{.ID}} {{.Names}}' | awk -v own="$CONTAINER" '$2 != own { print $1 }'; }

runs() { [[ $(docker inspect --format '{{.State.Status}}' "$1" 2>/dev/null) == running ]]; }

# Tries all that the launcher asks for, and downloads the base image. It prints the whole environment when it is content.
try_launcher() {
  local said
  if said=$(launcher start-cmd "$CONTAINER" 2>&1); then return; fi
  printf '%s\n' "$said"
  return 1
}

# The build starts a database on the directory of the forum's, unless that is elsewhere and the forum serves BESIDE it.
make_way() {
  local one
  if [[ -n $BESIDE ]]; then return; fi
  for one in "${USERS[@]}" "$CONTAINER"; do
    systemctl stop "platform-way-back-$one" 2>/dev/null || true # it would start the forum that is missing
    runs "$one" || continue
    printf '%s\n' "$one" >>"$work/stopped"
    docker stop --time 600 "$one"
  done
}

# The main process of the unit. 77 means "run me again" (PostgreSQL's upgrade).
# shellcheck disable=SC2317
bootstrap() {
  local try code=0
  try_launcher || code=$?
  if ((code == 0)); then
    make_way
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

# Waits for the database: who works with one that does not answer yet would tell visitors of errors.
# shellcheck disable=SC2317
ready() {
  timeout 20 sh -c "until docker exec --user postgres $CONTAINER psql -XAtwd discourse -c 'select 1'; do sleep 1; done" >/dev/null 2>&1 || true
}

# Runs when that has ended, however it did. The container of a build that was killed still runs, with a database in it maybe;
# while it does, the forum's own must not.
# shellcheck disable=SC2317
put_back() {
  local one
  others | xargs --no-run-if-empty docker rm --force --volumes || true
  rm -f "$DIRECTORY/cids/${CONTAINER}_bootstrap.cid" || true
  if [[ ! -e $work/stopped || -n $(others) ]]; then return; fi
  tac "$work/stopped" | while read -r one; do
    docker start "$one"
    if [[ $one == "$CONTAINER" && ${#USERS[@]} -gt 0 ]]; then ready; fi
  done
}

program() {
  printf 'set -euo pipefail\n'
  declare -p DIRECTORY CONTAINER SHARED IMAGE BESIDE USERS work
  declare -f launcher others runs try_launcher make_way ready "$1"
  printf '%s\n' "$1"
}
