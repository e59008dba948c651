# shellcheck shell=bash disable=SC2154
# Keeps IMAGE, which the launcher in DIRECTORY builds from containers/CONTAINER.yml within MINUTES. While a forum in one
# container is built, its users see the offline page; it runs again when the build has ended, well or not. One whose database
# is elsewhere serves BESIDE the build; POSTGRES is empty then. USERS are other containers that work with CONTAINER's data. PLUGINS
# are the names of those to be cloned; less than FREE bytes for Docker is too little, as the launcher has it.
: "${DIRECTORY:?}" "${CONTAINER:?}" "${IMAGE:?}" "${SHARED:?}" "${MINUTES:?}" "${FREE:?}"

# Whether a build is under way, which a run has begun that was broken off.
at_work() { [[ $(systemctl show --property=ActiveState --value "$unit") != inactive ]]; }

built() { docker image inspect "$IMAGE" >/dev/null 2>&1; }

# All that is known before the forum is stopped is said before.
refuse() {
  local name root free running
  [[ -x $DIRECTORY/launcher ]] || fail "there is no launcher in $DIRECTORY: is \`repository\` that of discourse_docker?"
  for name in "${PLUGINS[@]}"; do
    ! sed -n '/^BUNDLED_PLUGINS=(/,/^)/s/^ *"\([^"]*\)".*/\1/p' "$DIRECTORY/launcher" | grep -qxF -- "$name" ||
      fail "the plugin $name is a part of Discourse by now, and cloning it would break the build: take it out of \`plugins\`"
  done
  root=$(docker info --format '{{.DockerRootDir}}') || fail "Docker does not answer: see \`systemctl status docker\`"
  free=$(df --output=avail -B1 "$root" | tail -n 1)
  ((free >= FREE)) || fail "$root has $((free / 1048576)) MiB free, and a build takes $((FREE / 1048576)): make room there (\`docker \
system df\` tells what takes it), then run again"
  running=$(others)
  [[ -z $running ]] || fail "another container than $CONTAINER runs on the forum's data: stop it by \`docker stop ${running//$'\n'/ }\`, \
then run again"
  refuse_major
}

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

# Only the last one before this is kept, for the way back: they are large.
forget_old() {
  local name id used
  used=$(docker inspect --format '{{.Image}}' "$CONTAINER" 2>/dev/null) || used=none
  docker image ls --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' "local_discourse/$CONTAINER" | while read -r name id; do
    if [[ $name == "$IMAGE" || $name == *:latest || $id == "$used" ]]; then continue; fi
    docker image rm "$name" >/dev/null || true
  done
}

apply() {
  local code was
  while at_work; do sleep 1; done
  if built; then return; fi
  refuse
  was=$(major)
  build
  code=$(cat "$work/code" 2>/dev/null) || code=''
  if [[ $code != 0 ]] || ! built; then
    tail -n 20 "$log" >&2
    fail "$IMAGE was not built: $(reason "$code"). $(forum "$was") $log on the machine has all of it"
  fi
  forget_old
}

# Without Docker there is no image, either. Before there are data, they are of no other major.
check() {
  local has parts=()
  has=$(major)
  if built; then parts+=("\"image\":\"$IMAGE\""); fi
  if [[ -n $POSTGRES ]]; then parts+=("\"postgres\":\"${has:-$POSTGRES}\""); fi
  say "{$(IFS=, && printf %s "${parts[*]}")}"
}

"$@" </dev/null
