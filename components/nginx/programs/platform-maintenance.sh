#!/bin/bash
# Closes a site of this machine to its visitors and opens it again: nginx looks for a note at each request. A person does
# it by `npm run site -- maintenance`, with `on` and `off`; what says `begin` and `end` is a deployment. Its note is in
# memory and ends by itself, for whoever wrote it may have been killed.
set -euo pipefail
umask 022
etc=/etc/nginx/platform/maintenance

say() { printf '%s\n' "$*"; }
fail() { say "$(uname -n): $*" >&2 && exit 1; }

# Writes a note: its path, then its lines. By a rename, so it is there whole or not at all.
note() {
  install -d -m 0755 "${1%/*}"
  printf '%s\n' "${@:2}" >"$1.new" || {
    rm -f "$1.new"
    fail "$1 cannot be written (see above), so $site is as it was: make room there, then run again"
  }
  mv -fT "$1.new" "$1"
}
line() { sed -n "$2p" "$1" 2>/dev/null || true; }
day() { date -u -d "@$1" +%FT%TZ; }

on() {
  set -- "$(line "$operator" 1)" "$@"
  note "$operator" "${1:-$(date +%s)}" "${2:-somebody}" "${3:-}"
  status
}

off() {
  rm -f "$operator"
  end
  [[ $ACTIVE == no ]] || fail "$site is still closed, for the stack's configuration says so: set \`maintenance.active\` to false, then run \`pulumi up\`"
  status
}

# The timer comes first: a note without one could stay for ever. An earlier timer does not know the new note.
begin() {
  local id earlier
  id=$(date +%s%N) earlier=$(line "$deployment" 1)
  systemd-run --quiet --collect --unit="platform-maintenance-$site-$id" --on-active="$1" \
    --timer-property=AccuracySec=1s --description="opens $site when its deployment does not" "$0" expire "$site" "$id"
  note "$deployment" "$id" "$(($(date +%s) + $1))"
  stop_timer "$earlier"
  say "$site is closed for a deployment"
}
end() { set -- "$(line "$deployment" 1)" && rm -f "$deployment" && stop_timer "$1"; }
# A timer has nothing to do when its note is gone.
stop_timer() { [[ -z $1 ]] || systemctl stop "platform-maintenance-$site-$1.timer" 2>/dev/null || true; }
expire() { if [[ $(line "$deployment" 1) == "$1" ]]; then end; fi; }

status() {
  local until reason
  reason=$(line "$operator" 3) until=$(line "$deployment" 2)
  [[ $ACTIVE == no ]] || say "$site is closed by the stack's configuration (maintenance.active)"
  [[ ! -e $operator ]] || say "$site is closed by $(line "$operator" 2) since $(day "$(line "$operator" 1)")${reason:+: $reason}"
  [[ -z $until ]] || say "$site is closed by a deployment, until $(day "$until") at the latest"
  [[ $ACTIVE == yes || -e $operator || -n $until ]] || say "$site is open"
}

# A monitoring plugin; notes are for everybody to read.
check() {
  local since age word=OK most=$((WARN_HOURS * 3600))
  since=$(line "$operator" 1)
  age=$(($(date +%s) - ${since:-$(date +%s)}))
  if [[ $ACTIVE == yes ]] || ((age > most)); then word=WARNING; fi
  say "$word: $(status | head -n 1) | closed=${age}s;$most"
  [[ $word == OK ]]
}

verb=${1:-} site=${2:-}
[[ $site =~ ^[a-z][a-z0-9-]*$ && -r $etc/$site.conf ]] ||
  fail "there is no site \"$site\" on this machine; it has: $(cd $etc && echo *.conf | sed 's/\.conf//g')"
# shellcheck source=/dev/null
. "$etc/$site.conf"
operator=/var/lib/platform-maintenance/$site deployment=/run/platform-maintenance/$site
case $verb in
  on | off | status | check | begin | end | expire) "$verb" "${@:3}" </dev/null ;;
  *) fail "$verb is no verb: on, off, status or check" ;;
esac
