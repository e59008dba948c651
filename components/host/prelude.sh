# shellcheck shell=bash
# Sent before every script: strictness, messages for people, the host's lock, apt without questions.
set -euo pipefail
shopt -s inherit_errexit
umask 022
STATE=/var/lib/platform

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s: %s\n' "$(uname -n)" "$*" >&2
  exit 1
}
trap 'fail "the script was ended after its time limit; look at what hangs on the machine, then run again"' TERM

# One change at a time: a lost connection leaves its script running, and the next one waits here.
lock() {
  install -d -m 0700 "$STATE"
  exec 9>>"$STATE/lock"
  flock -w 300 9 || fail "another run has held $STATE/lock for 5 minutes: $(cat "$STATE/owner" 2>/dev/null)"
  printf 'pid %s since %s\n' "$$" "$(date -u +%FT%TZ)" >"$STATE/owner"
}

# Debian renders differently from release to release, so the wrong one is refused before anything is touched.
check_release() {
  local found
  # shellcheck source=/dev/null
  found=$(. /etc/os-release && printf %s "${VERSION_CODENAME:-unknown}")
  [[ $found == "$RELEASE" ]] || fail "the machine runs Debian $found but \`release\` says $RELEASE: correct the option"
}

# cloud-init and unattended-upgrades use apt on a young machine; both are waited for.
apt() {
  if command -v cloud-init >/dev/null; then cloud-init status --wait >/dev/null || true; fi
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get -qq -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" >/dev/null ||
    fail "\`apt-get $1\` failed (see above): look at the machine's package sources and network, then run again"
}

# What happens once per change leaves its content id, keyed with a secret of this host so that no digest of a
# secret can be guessed from it.
keyed_id() {
  [[ -s $STATE/key ]] || (umask 077 && head -c 32 /dev/urandom | base64 >"$STATE/key")
  printf '%s\n%s' "$(<"$STATE/key")" "${CONTENT_ID:?}" | sha256sum | cut -c1-64
}
done_before() { [[ -f $STATE/done/${SCRIPT:?} && $(<"$STATE/done/$SCRIPT") == "$(keyed_id)" ]]; }
mark_done() {
  install -d -m 0700 "$STATE/done"
  keyed_id >"$STATE/done/${SCRIPT:?}"
}

check_release
lock
