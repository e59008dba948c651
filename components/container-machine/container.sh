# shellcheck shell=bash disable=SC2016,SC2154
# Keeps the machine MACHINE as a container of this host's Docker: a Debian with systemd, sshd, and room for a Docker of its own.
# It begins as IMAGE, with HOST_KEY (HOST_PRIVATE) and AUTHORIZED_KEYS; PORTS are published, each `address:port:port`.
: "${MACHINE:?}" "${IMAGE:?}" "${HOST_KEY:?}" "${HOST_PRIVATE:?}" "${AUTHORIZED_KEYS:?}" "${PORTS:?}"
name=platform-$MACHINE

# A daemon that does not answer says nothing about its containers; one that is not installed has none.
there() {
  command -v docker >/dev/null || return 1
  docker version >/dev/null 2>&1 || fail "Docker does not answer here: see \`journalctl -u docker\`, then run again"
  docker container inspect "$name" >/dev/null 2>&1
}
field() { docker container inspect --format "{{$1}}" "$name"; }

refuse_stranger() {
  [[ $(field 'index .Config.Labels "platform.host-key"') == "$HOST_KEY" ]] ||
    fail "there is a container $name already, with another host key than this stack's: another stack made it, or this one \
before it lost its state. Choose another name; or, when nobody needs its data: docker rm --force --volumes $name"
}

published() {
  field 'range $port, $all := .HostConfig.PortBindings}}{{range $all}}{{.HostIp}}:{{.HostPort}}:{{$port}} {{end}}{{end' |
    tr ' ' '\n' | sed -n 's,/tcp$,,p' | LC_ALL=C sort
}

# All that the daemon may give: `--privileged`, or each capability by itself where it lacks some, for then Docker refuses that.
privileges() {
  local last bounding all name bit=0
  last=$(</proc/sys/kernel/cap_last_cap)
  bounding=$(awk '$1 == "CapBnd:" { print $2 }' "/proc/$(pidof -s dockerd)/status")
  if ((16#$bounding == (1 << (last + 1)) - 1)); then
    say --privileged
    return
  fi
  all="chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service \
net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot \
sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog \
wake_alarm block_suspend audit_read"
  for name in $all; do # in the order of their numbers (capability.h)
    if (((16#$bounding >> bit++) & 1)); then say "--cap-add=$name"; fi
  done
  printf -- '--security-opt=%s=unconfined\n' seccomp apparmor systempaths
}
