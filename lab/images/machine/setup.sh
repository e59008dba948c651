#!/bin/sh
# Finishes the root of a lab machine, from inside: leaves out what a container must not do at
# boot, and lets sshd know no other host key than the one that the lab gives it.
set -eu

# The kernel, its devices and its settings are the operator's.
systemctl mask --quiet \
  dev-hugepages.mount dev-mqueue.mount kmod-static-nodes.service \
  proc-sys-fs-binfmt_misc.automount sys-fs-fuse-connections.mount \
  sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  systemd-binfmt.service systemd-firstboot.service systemd-journald-audit.socket \
  systemd-modules-load.service systemd-pstore.service systemd-random-seed.service \
  systemd-repart.service systemd-sysctl.service \
  console-getty.service getty.target

# They would hold apt's lock at odd times, or look after file systems that are not here.
systemctl mask --quiet \
  apt-daily.timer apt-daily-upgrade.timer \
  e2scrub_all.timer e2scrub_reap.service fstrim.timer

rm -f /etc/ssh/ssh_host_*
cat >/etc/ssh/sshd_config.d/lab.conf <<'CONFIG'
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
CONFIG
install -d -m 0700 /root/.ssh

update-ca-certificates >/dev/null
: >/etc/machine-id
rm -f /etc/hostname /etc/resolv.conf
