# shellcheck shell=bash
# The first ConfigSet of a host installs what settles half-made changes when no script of ours is there to do it: the
# program STATE/recover, which the unit of a run calls when it was killed, and a unit that calls it at boot.
recovery_unit=/etc/systemd/system/platform-recovery.service
recovery_link=/etc/systemd/system/sysinit.target.wants/platform-recovery.service

# The functions of these files as they are in this very run.
recovery_program() {
  printf '#!/bin/bash\n# Undoes or finishes what a change of the community platform has left half-done.\n'
  printf 'set -euo pipefail\nshopt -s inherit_errexit\numask 022\nexport HOME=%q LC_ALL=%q PATH=%q\n' "$HOME" "$LC_ALL" "$PATH"
  declare -p STATE recovery_unit recovery_link
  declare -f say fail lock forget_owner words exists limited run mount_of stage_directory clear_stage holder \
    sync_directories inode put_back undo abandon note taken commit take_away forget_recovery settle settled recover sweep
  printf 'lock\nrecover "$@"\nsweep\n'
}

recovery_service() {
  printf '%s\n' '[Unit]' \
    'Description=Settle what a change of the community platform has left half-done' \
    'DefaultDependencies=no' "RequiresMountsFor=$STATE" 'After=local-fs.target' 'Before=sysinit.target' \
    'Conflicts=shutdown.target' 'Before=shutdown.target' '' \
    '[Service]' 'Type=oneshot' "ExecStart=$STATE/recover boot" '' \
    '[Install]' 'WantedBy=sysinit.target'
}

# Puts a text in its place by a rename, unless it stands there already.
place() {
  cmp -s "$2" <(printf '%s\n' "$3" 2>/dev/null) && return
  (umask 077 && printf '%s\n' "$3" >"$2.new")
  chmod "$1" "$2.new"
  sync "$2.new"
  mv -fT "$2.new" "$2"
}

install_recovery() {
  place 0700 "$STATE/recover" "$(recovery_program)"
  place 0644 "$recovery_unit" "$(recovery_service)"
  mkdir -p "${recovery_link%/*}"
  ln -sfT "$recovery_unit" "$recovery_link"
}

# Goes with the last set.
forget_recovery() { if rmdir "$STATE/sets" 2>/dev/null; then rm -f "$STATE/recover" "$recovery_unit" "$recovery_link"; fi; }
