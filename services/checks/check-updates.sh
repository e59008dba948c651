#!/bin/bash
# A plugin of Icinga: security updates of Debian's that wait to be installed and for how long, and whether the machine has to be
# started again for one that was. What apt does not know of does not count, so lists of packages that are old are told, too. With
# `--note`, as which apt itself runs it when it has asked for new ones, it notes as root since when each one waits.
set -euo pipefail
shopt -s inherit_errexit
cd /                  # find wants to come back to where it was begun, which may be closed to nagios
root=${ROOT:-} most=9 # days; Debian signs its list of security updates anew within 7
since=$root/var/lib/platform-updates/since

# Prints one line and ends: the plugin's number, its word, and what there is to say.
end() {
  printf 'UPDATES %s: %s\n' "$2" "$3"
  exit "$1"
}

# What apt would do, within so many seconds; nagios may not lock, and changes nothing.
asked() { LC_ALL=C timeout "$1" apt-get -s -q -o Debug::NoLocking=1 dist-upgrade 2>&1; }

# Of that, each package that waits with the version that is installed, which stays while a newer one takes the place of the next.
# Debian's own sources are told by their label.
waiting() { awk '/^Inst / && /Debian-Security:/ { print $2, ($3 ~ /^\[/ ? $3 : "[]") }'; }

# The same with since when, by the note; the second word is for those that are new.
dated() {
  awk -v new="$2" 'FILENAME == ARGV[1] { at[$1 " " $2] = $3; next } { print $0, ($0 in at ? at[$0] : new) }' "$1" -
}

now=$(date +%s)
if [[ $* == --note ]]; then
  said=$(asked 60) || exit 0
  install -d -m 0755 "${since%/*}"
  touch "$since"
  waiting <<<"$said" | dated "$since" "$now" >"$since.new"
  mv -fT "$since.new" "$since"
  exit
fi
[[ $* =~ ^--timeout\ ([1-9][0-9]*)\ -c\ ([1-9][0-9]*)$ ]] || end 3 UNKNOWN "usage: check-updates --timeout SECONDS -c DAYS | --note"
timeout=${BASH_REMATCH[1]} patience=${BASH_REMATCH[2]}

# A list has the time of its publication.
newest=$(find "$root/var/lib/apt/lists" -maxdepth 1 -name '*-security_*Release' -printf '%T@\n' | sort -n | tail -n 1)
[[ -n $newest ]] || end 1 WARNING "apt knows of no security updates at all: there is no source of them, or it was never asked"
days=$(((now - ${newest%.*}) / 86400))
((days <= most)) || end 1 WARNING "what apt knows of security updates is $days days old: see \`systemctl status apt-daily\`"

said=$(asked "$timeout") || end 3 UNKNOWN "apt does not tell: $(tail -n 1 <<<"${said:-not within $timeout s}")"
[[ -r $since ]] || since=/dev/null
mapfile -t waiting < <(waiting <<<"$said" | dated "$since" "$now")
names=("${waiting[@]%% *}")
oldest=$(printf '%s\n' "${waiting[@]##* }" | sort -n | head -n 1)
age=$(((now - ${oldest:-$now}) / 86400))

# The kernel of a container is its computer's.
reasons=() state=1 word=WARNING
if ((${#waiting[@]} > 0)); then
  reasons+=("${#waiting[@]} security updates wait, for $age days at the most: $(printf '%s, ' "${names[@]:0:10}" | sed 's/, $//')")
  if ((age >= patience)); then state=2 word=CRITICAL; fi
fi
kernel=$(find "$root/boot" -maxdepth 1 -name 'vmlinuz-*' -printf '%f\n' | sort -V | tail -n 1)
restart=0
if [[ -e $root/run/reboot-required ]]; then
  restart=1
elif [[ -n $kernel && ${kernel#vmlinuz-} != "$(uname -r)" ]] && ! systemd-detect-virt --container --quiet; then
  restart=1
fi
((restart == 0)) || reasons+=("the machine has to be started again to run with what is installed")
data="security=${#waiting[@]};0 days=$age;;$((patience - 1)) restart=$restart;0"
[[ ${#reasons[@]} == 0 ]] || end "$state" "$word" "$(printf '%s; ' "${reasons[@]}" | sed 's/; $//') | $data"
end 0 OK "no security update waits | $data"
