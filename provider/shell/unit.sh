# shellcheck shell=bash
# Keeps the systemd unit UNIT enabled and running and waits until READY succeeds. What the unit was before is
# noted and comes back with `remove`.
: "${UNIT:?}"
note=$STATE/units/$UNIT

wait_ready() {
  local output='' tries
  for ((tries = 0; tries < 60; tries++)); do
    systemctl is-failed --quiet "$UNIT" && break
    if output=$(systemctl is-active "$UNIT" && bash -euo pipefail -c "$READY" 2>&1); then return; fi
    sleep 1
  done
  journalctl --unit "$UNIT" --lines 5 --no-pager --output cat >&2
  fail "$UNIT did not start or did not answer within a minute; \`$READY\` says: ${output:-nothing}"
}

apply() {
  local enabled active
  enabled=$(systemctl is-enabled "$UNIT" 2>/dev/null || true)
  active=$(systemctl is-active "$UNIT" 2>/dev/null || true)
  if [[ $enabled == enabled && $active == active ]]; then
    wait_ready
    say unchanged
    return
  fi
  install -d -m 0700 "$STATE/units"
  [[ -f $note ]] || printf '%s %s\n' "$enabled" "$active" >"$note"
  systemctl enable --quiet --now "$UNIT" || true # what is wrong shows below
  wait_ready
  say "started $UNIT"
}

remove() {
  [[ -f $note ]] || return 0
  local enabled active
  read -r enabled active <"$note"
  if systemctl cat "$UNIT" >/dev/null 2>&1; then
    [[ $active == active ]] || systemctl stop "$UNIT"
    [[ $enabled == enabled ]] || systemctl disable --quiet "$UNIT"
  fi
  rm -f "$note"
}

"$@" </dev/null
