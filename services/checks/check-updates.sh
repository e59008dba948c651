#!/bin/bash
# A plugin of Icinga: security updates of Debian's that wait to be installed, and whether the machine has to be started again for
# one that was. What apt does not know of does not count, so lists of packages that are old are told, too.
set -euo pipefail
shopt -s inherit_errexit
cd /                  # find wants to come back to where it was begun, which may be closed to nagios
root=${ROOT:-} most=9 # days; Debian signs its list of security updates anew within 7

# Prints one line and ends: the plugin's number, its word, and what there is to say.
end() {
  printf 'UPDATES %s: %s\n' "$2" "$3"
  exit "$1"
}

[[ $# == 2 && $1 == --timeout && $2 =~ ^[1-9][0-9]*$ ]] || end 3 UNKNOWN "usage: check-updates --timeout SECONDS"

# A list has the time of its publication.
newest=$(find "$root/var/lib/apt/lists" -maxdepth 1 -name '*-security_*Release' -printf '%T@\n' | sort -n | tail -n 1)
[[ -n $newest ]] || end 1 WARNING "apt knows of no security updates at all: there is no source of them, or it was never asked"
days=$((($(date +%s) - ${newest%.*}) / 86400))
((days <= most)) || end 1 WARNING "what apt knows of security updates is $days days old: see \`systemctl status apt-daily\`"

# Debian's own sources are told by their label; nagios may not lock, and changes nothing.
said=$(LC_ALL=C timeout "$2" apt-get -s -q -o Debug::NoLocking=1 dist-upgrade 2>&1) ||
  end 3 UNKNOWN "apt does not tell: $(tail -n 1 <<<"${said:-not within $2 s}")"
mapfile -t waiting < <(awk '/^Inst / && /Debian-Security:/ { print $2 }' <<<"$said")

# The kernel of a container is its computer's.
reasons=()
[[ ${#waiting[@]} == 0 ]] || reasons+=("${#waiting[@]} security updates wait: $(printf '%s, ' "${waiting[@]:0:10}" | sed 's/, $//')")
kernel=$(find "$root/boot" -maxdepth 1 -name 'vmlinuz-*' -printf '%f\n' | sort -V | tail -n 1)
restart=0
if [[ -e $root/run/reboot-required ]]; then
  restart=1
elif [[ -n $kernel && ${kernel#vmlinuz-} != "$(uname -r)" ]] && ! systemd-detect-virt --container --quiet; then
  restart=1
fi
((restart == 0)) || reasons+=("the machine has to be started again to run with what is installed")
data="security=${#waiting[@]};0 restart=$restart;0"
[[ ${#reasons[@]} == 0 ]] || end 1 WARNING "$(printf '%s; ' "${reasons[@]}" | sed 's/; $//') | $data"
end 0 OK "no security update waits | $data"
