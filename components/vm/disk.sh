# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# The disk of a machine: a layer of DISK bytes on its image, and the id of this creation, `instance`. It is never made anew
# while there is one, and never smaller.
folder=$DIRECTORY/$MACHINE
disk=$folder/disk.qcow2

# Bytes that the machine sees; the first line that says so is the disk's own.
disk_size() { qemu-img info --force-share "$disk" | sed -n 's/^virtual size: .*(\([0-9]*\) bytes)$/\1/p;T;q'; }

# Whoever deleted the file of a machine that runs has not lost its data yet: it goes on in the open file.
refuse_running_without_disk() {
  [[ ! -e $disk ]] && defined && ! off || return 0
  fail "$MACHINE runs, but $disk was deleted: its data is only in the running machine. Copy it out of there; then shut it \
down, and run again for an empty one"
}

make_disk() {
  local format
  ensure_image
  need_room "$DISK" "its disk"
  install -d -m 0711 "$folder"
  format=$(qemu-img info "$base" | sed -n 's/^file format: //p')
  [[ $format == qcow2 || $format == raw ]] || fail "$IMAGE is of the format ${format:-unknown}: give a qcow2 or a raw image"
  rm -f "$disk.new"
  qemu-img create -q -f qcow2 -F "$format" -b "$base" "$disk.new" "$DISK" ||
    fail "the disk could not be made (see above)"
  od -An -N8 -tx8 /dev/urandom | tr -d ' ' >"$folder/instance"
  sync "$folder/instance" "$disk.new"
  mv -fT "$disk.new" "$disk"
}

# Whether the disk is to grow. Refuses to make it smaller, and what has no room, before anything else is changed.
disk_grows() {
  local is
  is=$(disk_size)
  ((DISK >= is)) || fail "$MACHINE: its disk has $is bytes, and a disk is never made smaller, for that would lose data: give \
at least as much, or make a new machine"
  ((DISK > is)) || return 1
  need_room "$((DISK - is))" "what its disk grows by"
}

grow_disk() {
  qemu-img resize -q "$disk" "$DISK" || fail "the disk could not be made larger (see above)"
}

# What cloud-init reads at the first boot, and looks for at each. It has the machine's host key.
write_seed() {
  local work=$folder/seed
  rm -rf "$work"
  (
    umask 077
    mkdir "$work"
    printf %s "$USER_DATA" >"$work/user-data"
    printf %s "$NETWORK_CONFIG" >"$work/network-config"
    printf '{"instance-id":"%s","local-hostname":"%s"}\n' "$(<"$folder/instance")" "$MACHINE" >"$work/meta-data"
    xorriso -as genisoimage -quiet -volid cidata -joliet -rock -output "$work/seed.iso" \
      "$work"/{user-data,meta-data,network-config} 2>"$work/said" || { cat "$work/said" >&2 && false; }
  ) || fail "$MACHINE: what cloud-init is to read could not be written (see above)"
  mv -fT "$work/seed.iso" "$folder/seed.iso"
  rm -rf "$work"
}
