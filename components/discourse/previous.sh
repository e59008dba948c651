# shellcheck shell=bash disable=SC2154
# Runs before the forum's container is replaced: CHANGE stands for what the next one is made from, IMAGE is its image. Closes
# SITE to its visitors, for CLOSED_MAX seconds at most, and keeps the twin. One that serves, since the last container did not
# come up, is put aside for the next try; it stays what one goes back to, for the container that did not come up is no use.
: "${NAME:?}" "${SITE:?}" "${HOST:?}" "${UPSTREAM:?}" "${IMAGE:?}" "${STOP_MAX:?}" "${CLOSED_MAX:?}" "${CHANGE:?}"

# While nobody has had the name for a minute, since a run was killed or Docker refused the new container, the twin serves.
# shellcheck disable=SC2317
watch() {
  local missing=0
  SECONDS=0
  while ((SECONDS < CLOSED_MAX)); do
    if [[ -n $(state "$NAME") ]]; then missing=0; elif ((++missing > 12)) && serve; then
      visitors end
      judge 1
      return
    fi
    sleep 5
  done
}

# That goes on when this run does not; it is not begun where the database may be newer than the twin.
watch_apart() {
  local now=$1 before
  before=$(bearable)
  if [[ -z $(state "$twin") ]]; then return; fi
  if [[ $(image "$twin") != "$IMAGE" && (-z $before || $now != "$before") ]]; then return; fi
  {
    printf 'set -euo pipefail\n'
    declare -p NAME SITE CLOSED_MAX twin verdict
    declare -f of state visitors serve judge watch
    printf 'watch\n'
  } >"/run/$unit"
  systemd-run --quiet --collect --unit="$unit" --description="starts the forum again when nobody does" bash "/run/$unit"
}

# Whether the container came up once: a build has stopped and started it a moment ago, so it need not answer yet.
came_up() {
  local id
  id=$(sed -n 2p "$note" 2>/dev/null) || return
  [[ -n $id && $(of "$NAME" '{{.Id}}') == "$id" ]]
}

remember() {
  install -d -m 0700 "${note%/*}"
  printf '%s\n' "$1" >"$last"
}

apply() {
  local now serves=''
  judged
  systemctl stop "$unit" 2>/dev/null || true
  if twin_serves || came_up || well; then serves=yes; fi
  if [[ -n $serves ]] && ! twin_serves; then # before visitors notice anything
    make_twin || fail "Docker did not make the container that would be the way back (see above), so the forum is not replaced, and \
runs as before. Put that right, then run again"
  fi
  begins
  visitors begin
  now=$(migrations "$NAME")
  if [[ -n $serves && -n $BESIDE ]]; then remember "$now"; fi
  if twin_serves; then retire; fi
  watch_apart "$now"
}

check() { if twin_serves; then say '{"serving":true}'; else say '{"serving":false}'; fi; }

remove() {
  systemctl stop "$unit" 2>/dev/null || true
  if twin_serves; then docker rm --force --volumes "$NAME" >/dev/null; fi
  docker rm --force --volumes "$twin" >/dev/null 2>&1 || true
  rm -f "$note" "$last" "$note.web" "$verdict" "/run/$unit"
  rmdir --ignore-fail-on-non-empty "${note%/*}" 2>/dev/null || true
}

"$@" </dev/null
