# shellcheck shell=bash
# Keeps the systemd unit UNIT as ENABLED and ACTIVE say (yes or no) and waits until READY succeeds. It is restarted
# when its main process is older than RESTART_AFTER (UTC, may be empty). What it was before comes back with `remove`.
: "${UNIT:?}" "${ID:?}" "${NAME:?}" "${ENABLED:?}" "${ACTIVE:?}"
note=$STATE/units/$UNIT

wait_ready() {
  local output='' tries well restarts
  for ((tries = 0; tries < 60; tries++)); do
    systemctl is-failed --quiet "$UNIT" && break
    restarts=$(property NRestarts)
    if output=$(systemctl is-active "$UNIT" && bash -euo pipefail -c "$READY" 2>&1 9>&-); then well=yes; else well=no; fi
    sleep 1 # one that falls over again and again is active now and then
    if [[ $well$(property ActiveState)$(property NRestarts) == yesactive$restarts ]]; then return; fi
  done
  journalctl --unit "$UNIT" --lines 5 --no-pager --output cat >&2
  fail "$UNIT did not start or did not answer within a minute; \`$READY\` says: ${output:-nothing}"
}

# proc(5): a process started so many ticks after the boot; nginx changes its main process without systemd.
outdated() {
  local pid boot ticks
  pid=$(property MainPID)
  [[ -n $RESTART_AFTER && -z ${IMPORTED:-} && -r /proc/${pid:-0}/stat ]] || return 1
  boot=$(awk '/^btime/ { print $2 }' /proc/stat)
  ticks=$(awk '{ sub(/.*\) /, ""); print $20 }' "/proc/$pid/stat")
  ((boot + ticks / $(getconf CLK_TCK) < $(date -d "$RESTART_AFTER" +%s)))
}

# Becomes the owner of the note, which keeps what the unit was before the platform came, and what it shall be.
own() {
  local enabled active
  enabled=$(property UnitFileState) active=$(property ActiveState)
  install -d -m 0700 "$STATE/units"
  if [[ -f $note ]]; then read -r _ enabled active _ <"$note"; fi
  printf '%s %s %s %s %s\n' "$ID" "${enabled:-unknown}" "${active:-unknown}" "$ENABLED" "$ACTIVE" >"$note"
}

property() { systemctl show --property="$1" --value "$UNIT"; }

apply() {
  local did=()
  [[ $(property LoadState) != not-found ]] || fail "$NAME: there is no unit $UNIT on the machine: install the package that has it"
  own
  if [[ $ENABLED == yes && ! $(property UnitFileState) =~ ^(enabled|static|alias|indirect|generated)$ ]]; then
    systemctl unmask --quiet "$UNIT" || true
    systemctl enable --quiet "$UNIT" || true # what is wrong shows below
    did+=(enabled)
  elif [[ $ENABLED == no && $(property UnitFileState) == enabled ]]; then
    systemctl disable --quiet "$UNIT"
    did+=(disabled)
  fi
  if [[ $ACTIVE == yes ]] && ! systemctl is-active --quiet "$UNIT"; then
    systemctl reset-failed "$UNIT" 2>/dev/null || true
    systemctl start "$UNIT" || true # what is wrong shows below
    did+=(started)
  elif [[ $ACTIVE == yes ]] && outdated; then
    systemctl restart "$UNIT" || true
    did+=(restarted)
  elif [[ $ACTIVE == no ]] && systemctl is-active --quiet "$UNIT"; then
    systemctl stop "$UNIT" && did+=(stopped)
  fi
  if [[ $ACTIVE == yes ]]; then wait_ready; fi
  say "${did[*]:-unchanged}"
}

remove() {
  local owner='' enabled active
  [[ ! -f $note ]] || read -r owner enabled active _ <"$note"
  [[ $owner == "$ID" ]] || return 0 # it belongs to another resource now
  if [[ $(property LoadState) =~ ^(loaded|masked)$ ]]; then
    case $active in active | activating | reloading) systemctl start "$UNIT" || true ;; *) systemctl stop "$UNIT" ;; esac
    case $enabled in enabled) systemctl enable --quiet "$UNIT" ;; disabled | masked*) systemctl disable --quiet "$UNIT" ;; esac
    [[ $enabled != masked* ]] || systemctl mask --quiet "$UNIT"
  fi
  rm -f "$note"
  rmdir --ignore-fail-on-non-empty "${note%/*}"
}

"$@" </dev/null
