# shellcheck shell=bash disable=SC2154
# The machine as libvirt has it. Its configuration is what counts: a running machine takes a change at its next start.

libvirt() { virsh --quiet --connect qemu:///system "$@"; }

# Whether libvirt has the machine; that it does not answer is no answer.
defined() {
  local names
  names=$(libvirt list --all --name) || fail "libvirt does not answer on the hypervisor: see \`systemctl status libvirtd\`"
  grep -qxF -- "$MACHINE" <<<"$names"
}

running() { [[ $(libvirt domstate "$MACHINE") == running ]]; }

# Whether nothing of it runs: one that is paused, or about to shut down, still has its disk open.
off() { [[ $(libvirt domstate "$MACHINE") =~ ^(shut\ off|crashed)$ ]]; }

refuse_stranger() {
  ! defined || libvirt domblklist --inactive "$MACHINE" | grep -qF -- " $disk" ||
    fail "there is a machine $MACHINE already, which was not made here: choose another name, or rename that one"
  [[ ! -e $folder/owner || $(owner 1) == "$HOST_KEY" ]] ||
    fail "$folder is that of a machine with another host key than this stack's: another stack made it, or this one before it \
lost its state. Choose another name; or, when nobody needs its data, remove that machine by \`virsh\`, and the folder"
}

# Whose machine it is: the host key that was made for it, and how the stack calls the hypervisor.
owner() { sed -n "$1p" "$folder/owner"; }
claim() {
  printf '%s\n' "$HOST_KEY" "$HYPERVISOR" >"$folder/owner.new"
  sync "$folder/owner.new"
  mv -fT "$folder/owner.new" "$folder/owner"
}

define() {
  virt-install --connect qemu:///system --name "$MACHINE" --virt-type "$ACCELERATION" --osinfo detect=on,require=off \
    --vcpus "$CPUS" --memory "$MEMORY" --import --disk "path=$disk,format=qcow2,bus=virtio" \
    --disk "path=$folder/seed.iso,device=cdrom" --network "${NETWORK/ /=},mac=$MAC,model=virtio" --graphics none --rng /dev/urandom \
    --noautoconsole --print-xml 1 >"$folder/domain.xml" || fail "$MACHINE: it could not be described to libvirt (see above)"
  libvirt define "$folder/domain.xml" >/dev/null || fail "$MACHINE: libvirt does not take it (see above)"
}

# libvirt pauses a machine whose hypervisor has no room left for what it writes; it goes on where it was.
start() {
  case $(libvirt domstate "$MACHINE") in
    running) ;;
    paused) libvirt resume "$MACHINE" >/dev/null ;;
    *) libvirt start "$MACHINE" >/dev/null ;;
  esac || fail "$MACHINE does not start (see above)"
}

stop() {
  if off; then return; fi
  libvirt shutdown "$MACHINE" >/dev/null || fail "$MACHINE cannot be shut down as it is (see above): see to it, then run again"
  SECONDS=0
  until off; do
    ((SECONDS < STOP_SECONDS)) || fail "$MACHINE did not shut down within $STOP_SECONDS s: see \`virsh console $MACHINE\` on \
the hypervisor; it goes on as it was"
    sleep 1
  done
}

# What it is to be given: processors, MiB of memory, its card's kind and name of network, and that card's address.
sized() {
  local xml card
  xml=$(libvirt dumpxml --inactive "$MACHINE")
  card=$(libvirt domiflist --inactive "$MACHINE" | awk 'NF == 5 { print $2, $3, $5; exit }')
  printf '%s %s %s\n' "$(sed -n 's/^  <vcpu[^>]*>\([0-9]*\)<.*/\1/p' <<<"$xml")" \
    "$(($(sed -n "s/^  <memory unit='KiB'>\([0-9]*\)<.*/\1/p" <<<"$xml") / 1024))" "${card:-none none none}"
}

resize() {
  local what
  for what in "--vcpus=$CPUS" "--memory=$MEMORY" "--network=${NETWORK/ /=},mac=$MAC,model=virtio"; do
    virt-xml --connect qemu:///system "$MACHINE" --edit "$what" >/dev/null ||
      fail "$MACHINE: libvirt does not take the change (see above)"
  done
}
