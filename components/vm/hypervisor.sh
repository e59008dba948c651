# shellcheck shell=bash disable=SC2154
# What a hypervisor must have for a machine: room, memory, and its network.

# Refuses when so many bytes do not fit beside what is there.
need_room() {
  local free
  free=$(df --output=avail -B1 "$DIRECTORY" | tail -n 1)
  ((free >= $1)) || fail "$MACHINE: $DIRECTORY has $((free / 1048576)) MiB free, and $2 takes up to $(($1 / 1048576)) MiB: \
make room there, then run again"
}

# A network of libvirt's own is there from the start, but not started.
start_network() {
  local name=${NETWORK#network }
  [[ $NETWORK == "network "* ]] || return 0
  libvirt net-info "$name" >/dev/null || fail "$MACHINE: the hypervisor has no network $name (see above): \
\`virsh net-list --all\` lists those that it has"
  libvirt net-autostart "$name" >/dev/null
  libvirt net-list --name | grep -qxF -- "$name" || libvirt net-start "$name" >/dev/null ||
    fail "$MACHINE: the network $name does not start (see above)"
}

# Asked before anything is made; a machine that is there has its memory already.
need_memory() {
  local free
  free=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
  ((free >= MEMORY)) || fail "$MACHINE: the hypervisor has $free MiB of memory free, and it is to have $MEMORY MiB: give it \
less, or stop others, then run again"
}
