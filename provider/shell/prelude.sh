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
trap 'trap "" TERM; fail "the script was ended after its time limit; look at what hangs on the machine, then run again"' TERM
trap 'exit 141' PIPE # the link is gone: what is half done is put back all the same

# One change at a time: a lost connection leaves its script running, and the next one waits here.
lock() {
  install -d -m 0700 "$STATE"
  exec 9>>"$STATE/lock"
  flock -w 300 9 || fail "another run has held $STATE/lock for 5 minutes: $(cat "$STATE/owner" 2>/dev/null)"
  # Not worth a failure: what settles half-made changes has to go on when the disk is full.
  printf '%s, run %s (pid %s), since %s\n' "${OPERATOR:-a script}" "${RUN:-of its own}" "$$" "$(date -u +%FT%TZ)" \
    2>/dev/null >"$STATE/owner" || true
}

# Whose resource an ID is: OWNER, its URN. A create whose answer was lost left its note; the next one goes on with its ID,
# unless that is among KNOWN, which are those of the program's state.
note_owner() {
  local note
  [[ -n ${OWNER:-} ]] || return 0
  install -d -m 0700 "$STATE/owners"
  for note in "$STATE"/owners/*; do
    if [[ -z ${CREATE:-} || ! -f $note || $(<"$note") != "$OWNER" || " ${KNOWN[*]} " == *" ${note##*/} "* ]]; then continue; fi
    ID=${note##*/}
  done
  printf '%s\n' "$OWNER" >"$STATE/owners/.new" || {
    rm -f "$STATE/owners/.new"
    fail "$STATE cannot be written to (see above), so nothing was changed: make room there, then run again"
  }
  mv -fT "$STATE/owners/.new" "$STATE/owners/$ID"
  say "output id $ID"
}
forget_owner() {
  rm -f "$STATE/owners/$1"
  rmdir --ignore-fail-on-non-empty "$STATE/owners" 2>/dev/null || true
}

# Debian renders differently from release to release, so the wrong one is refused before anything is touched.
check_release() {
  local found
  # shellcheck source=/dev/null
  found=$(. /etc/os-release && printf %s "${VERSION_CODENAME:-unknown}")
  [[ $found == "$RELEASE" ]] || fail "the machine runs Debian $found but \`release\` says $RELEASE: correct the option"
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
  remove) # what goes is taken away on any release
    lock
    forget_owner "$ID"
    ;;
  *)
    await_boot
    lock
    check_release
    note_owner
    ;;
esac
