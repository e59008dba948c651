# shellcheck shell=bash disable=SC2034,SC2154
# What all programs of the backups share: settings, words for people, the lock, restic, notes that are whole or absent.
set -euo pipefail
shopt -s inherit_errexit
umask 022
etc=/etc/platform-backup state=/var/lib/platform-backup

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s: %s\n' "${NAME:-backup}" "$*" >&2
  reason=$*
  exit 1
}

load_repository() {
  # shellcheck source=/dev/null
  . $etc/repository.conf
  export RESTIC_PASSWORD_FILE=$etc/password RESTIC_CACHE_DIR=/var/cache/platform-backup HOME=/root
  export AWS_SHARED_CREDENTIALS_FILE=$etc/credentials TZ=UTC
}

# Sets what is to be known of the backup of that name.
load() {
  [[ ${1:-} =~ ^[a-z][a-z0-9-]*$ && -r $etc/backups/$1.conf ]] ||
    fail "there is no backup \"${1:-}\" on this machine: it has $(cd $etc/backups && echo *.conf | sed 's/\.conf//g')"
  load_repository
  # shellcheck source=/dev/null
  . "$etc/backups/$1.conf"
  dir=$state/$NAME scratch=${SCRATCH:?}/$NAME
}

# One at a time on a machine, for a repository that is pruned has to be left alone. `$1` are the seconds to wait.
lock() {
  exec 8>>/run/platform-backup.lock
  flock -w "$1" 8 || fail "another run is at work ($(cat /run/platform-backup.owner 2>/dev/null)): wait for its end, then run again"
  printf '%s %s, pid %s, since %s\n' "$verb" "$NAME" "$$" "$(date -u +%FT%TZ)" >/run/platform-backup.owner || true
  install -d -m 0755 "$state" "$dir"
}

# Writes a note from stdin, whole or not at all.
note() {
  if cat >"$dir/.$1.new" && sync "$dir/.$1.new"; then
    mv -fT "$dir/.$1.new" "$dir/$1"
  else
    rm -f "$dir/.$1.new"
    fail "$dir cannot be written to (see above): make room there, then run again"
  fi
}

# What a note says, or `$2` when there is none.
noted() { cat "$dir/$1" 2>/dev/null || printf '%s\n' "$2"; }

# Runs a command of the service; its words go on as they are.
service() { "$@" 8>&- </dev/null; }

# Notes how it ended, for the checks; `$1` is the note, and what else is given is removed.
ended() {
  local code=$? file=$1
  trap - EXIT
  rm -rf "${@:2}"
  if ((code == 0)); then return; fi
  jq -n --arg said "${reason:-it failed, see the journal of its unit}" '{time: (now | floor), ok: false, said: $said}' | note "$file" || true
  export_metrics || true
  exit "$code"
}
