# shellcheck shell=bash disable=SC2154
# Keeps the virtual machine MACHINE on this hypervisor: CPUS, MEMORY in MiB, DISK in bytes, a card with MAC on NETWORK (kind
# and name, such as `bridge br0`), ACCELERATION kvm or qemu. A change of its size shuts it down and starts it again; it has
# STOP_SECONDS for that. What cloud-init reads counts for the first boot. DIRECTORY holds disks and images.
: "${HOST_KEY:?}" "${HYPERVISOR:?}" "${MACHINE:?}" "${CPUS:?}" "${MEMORY:?}" "${DISK:?}" "${MAC:?}" "${NETWORK:?}" "${ACCELERATION:?}" "${STOP_SECONDS:?}"

apply() {
  local grows=no
  refuse_stranger
  start_network
  defined || need_memory
  refuse_running_without_disk
  if [[ ! -e $disk ]]; then make_disk; elif disk_grows; then grows=yes; fi
  claim
  write_seed
  if ! defined; then define; fi
  if [[ $(sized) != "$CPUS $MEMORY $NETWORK $MAC" || $grows == yes ]]; then
    stop
    resize
    if [[ $grows == yes ]]; then grow_disk; fi
  fi
  libvirt autostart "$MACHINE" >/dev/null
  start
}

# A machine that is gone has nothing; its disk may still be there, and is taken again.
check() {
  local cpus memory kind network mac autostart=false running=false
  if defined; then
    read -r cpus memory kind network mac < <(sized)
    if [[ $(libvirt dominfo "$MACHINE" | sed -n 's/^Autostart: *//p') == enable ]]; then autostart=true; fi
    if running; then running=true; fi
    printf '{"autostart":%s,"cpus":%d,"disk":%d,"mac":"%s","memory":%d,"network":"%s %s","running":%s}\n' \
      "$autostart" "$cpus" "$(disk_size)" "$mac" "$memory" "$kind" "$network" "$running"
  else
    say '{}'
  fi
  if [[ -e $disk ]]; then printf 'told {"instance":"%s"}\n' "$(<"$folder/instance")"; fi
}

# Its disk goes with it: whoever wants to keep that takes a copy first, or lets the machine go out of the state.
remove() {
  refuse_stranger
  # Of a hypervisor that the stack calls otherwise now, the machine is another resource's.
  if [[ -e $folder/owner && $(owner 2) != "$HYPERVISOR" ]]; then return; fi
  if defined; then
    stop
    libvirt undefine --nvram "$MACHINE" >/dev/null || fail "$MACHINE: libvirt does not let it go (see above)"
  fi
  rm -rf "$folder"
}

"$@" </dev/null
