# shellcheck shell=sh
# Runs inside the image, as root: what makes one machine differ from another is made at its first boot.
set -eu
echo 'LABEL=root / ext4 errors=remount-ro 0 1' >/etc/fstab
rm -f /etc/hostname /etc/ssh/ssh_host_*
: >/etc/machine-id
passwd -l root >/dev/null
apt-get clean
