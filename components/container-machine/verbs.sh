# shellcheck shell=bash disable=SC2154
# The verbs of a machine in a container, whose parts container.sh has.

# With a cgroup namespace of its own, a Docker inside fails on cgroup v1; its layers cannot lie on an overlay.
make() {
  local given=() folder
  docker image inspect "$IMAGE" >/dev/null 2>&1 ||
    fail "there is no image $IMAGE in Docker: load it, or name its archive in \`image.archive\`, then run again"
  mapfile -t given < <(privileges)
  if [[ -d /proc/sys/net/ipv6 ]]; then given+=(--sysctl=net.ipv6.conf.all.disable_ipv6=0); fi # Docker turns it off
  for folder in "${FOLDERS[@]}"; do given+=("--volume=$folder:$folder:ro"); done
  docker create --name "$name" --hostname "$MACHINE" --label "platform.host-key=$HOST_KEY" --restart=unless-stopped \
    --stop-signal=SIGRTMIN+3 --tty --cgroupns=host --volume=/sys/fs/cgroup:/sys/fs/cgroup:rw --tmpfs=/run:exec,mode=0755 \
    --tmpfs=/tmp:exec,mode=1777 --volume=/var/lib/docker "${given[@]}" "${PORTS[@]/#/--publish=}" "$IMAGE" >/dev/null ||
    fail "$MACHINE: Docker does not make it (see above)"
}

# Before each start, for the run that made it may have been broken off; what that one left of the keys goes, too.
install_keys() (
  umask 077
  work=/run/platform-machine-$MACHINE
  rm -rf "$work"
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/etc/ssh" "$work/root/.ssh"
  printf %s "$HOST_PRIVATE" >"$work/etc/ssh/ssh_host_ed25519_key"
  printf '%s\n' "$HOST_KEY" >"$work/etc/ssh/ssh_host_ed25519_key.pub"
  printf '%s\n' "${AUTHORIZED_KEYS[@]}" >"$work/root/.ssh/authorized_keys"
  tar -C "$work" --owner=0 --group=0 -c etc/ssh/ssh_host_ed25519_key{,.pub} root/.ssh/authorized_keys |
    docker cp - "$name:/" || fail "$MACHINE: its keys could not be put into it (see above)"
)

apply() {
  if there; then refuse_stranger; else make; fi
  [[ $(published) == "$(printf '%s\n' "${PORTS[@]}")" ]] ||
    fail "$MACHINE publishes $(published | paste -sd ' '), which cannot be changed while it is there: take \`ports\` back, or \
make another machine and move the data"
  docker update --restart=unless-stopped "$name" >/dev/null
  if [[ $(field .State.Running) == true ]]; then return; fi
  install_keys
  docker start "$name" >/dev/null || fail "$MACHINE does not start (see above)"
}

check() {
  local autostart=false
  if ! there; then
    say '{}'
    return
  fi
  if [[ $(field .HostConfig.RestartPolicy.Name) == unless-stopped ]]; then autostart=true; fi
  printf '{"autostart":%s,"ports":[%s],"running":%s}\n' "$autostart" "$(published | sed 's/.*/"&"/' | paste -sd ,)" \
    "$(field .State.Running)"
  printf 'told {"instance":"%.12s"}\n' "$(field .Id)"
}

# Its data goes with it. What runs in it gets the time to end that a power button gives.
remove() {
  if ! there; then return; fi
  refuse_stranger
  docker stop --time=60 "$name" >/dev/null || fail "$MACHINE: it does not stop (see above)"
  docker rm --force --volumes "$name" >/dev/null
}

"$@" </dev/null
