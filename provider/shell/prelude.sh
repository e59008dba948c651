# shellcheck shell=bash
# Sent before every script: strictness, messages for people, the host's lock, apt without questions.
# One command a line: `set -e` does not see a failure before `&&`.
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
trap 'exit 141' PIPE # the link is gone: what is half done is put back all the same

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

# Reading changes nothing and waits only a little: nobody wants to see half of a change.
lock_shared() {
  [[ -d $STATE ]] || return 0
  exec 9<"$STATE"
  [[ ! -e $STATE/lock ]] || exec 9<"$STATE/lock"
  flock -s -w 60 9 || fail "another run is changing the machine: $(cat "$STATE/owner" 2>/dev/null); wait for its end, then run again"
}

case ${1:-} in
  look) lock_shared ;;
  remove) lock ;; # what goes is taken away on any release
  *)
    lock
    check_release
    ;;
esac
