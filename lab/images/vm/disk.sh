#!/bin/sh
# Makes a disk that a BIOS boots (qcow2, $2) of a Debian root with a kernel (tar, $1), in the folder $3 and without a loop
# device: a small partition with SYSLINUX and the kernel, and the root, which grows with the disk.
set -eu
root=$1 image=$2
cd "$3"
mkdir root
tar -C root --exclude='./dev/*' -xpf "$root"
cat >syslinux.cfg <<EOF
DEFAULT linux
LABEL linux
  KERNEL vmlinuz
  INITRD initrd.img
  APPEND root=LABEL=root ro console=ttyS0
EOF
truncate -s 96M boot.part
mkfs.vfat -n BOOT boot.part >/dev/null
syslinux --install boot.part
mcopy -i boot.part syslinux.cfg ::
mcopy -i boot.part root/boot/vmlinuz-* ::vmlinuz
mcopy -i boot.part root/boot/initrd.img-* ::initrd.img
truncate -s 1400M root.part
mke2fs -q -t ext4 -L root -d root root.part
truncate -s 1500M disk
printf 'start=1MiB,size=96MiB,type=c,bootable\nstart=97MiB,size=1400MiB,type=83\n' | sfdisk -q disk
dd if=/usr/lib/syslinux/mbr/mbr.bin of=disk bs=440 count=1 conv=notrunc status=none
dd if=boot.part of=disk bs=1M seek=1 conv=notrunc status=none
dd if=root.part of=disk bs=1M seek=97 conv=notrunc,sparse status=none
qemu-img convert -c -O qcow2 disk "$image.new"
mv "$image.new" "$image"
