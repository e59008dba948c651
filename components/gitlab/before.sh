# shellcheck shell=bash disable=SC2154
# Runs before anything of the instance NAME is changed. Its projects, mails and runners hold its name, so another HOST than it
# has is refused, unless FORMER says that the old one is meant. Then, if its container is to be replaced (MADE), a start or
# reconfigure under way comes to its end first: one that is broken off may leave its database half migrated.
: "${NAME:?}" "${HOST:?}" "${MADE:?}" "${SECONDS_MAX:?}"

has() { cat "$notes/hostname" 2>/dev/null || true; }

# Not for ever: one that should have been ready long ago is not waited for, or nothing could mend it.
settle() {
  local started
  [[ $(of "$container" '{{index .Config.Labels "platform.made"}}') != "$MADE" ]] || return 0
  started=$(date -d "$(of "$container" '{{.State.StartedAt}}')" +%s 2>/dev/null) || return 0
  while [[ $(state "$container") == running ]] && { ! reconfigured || reconfigures; }; do
    (($(date +%s) - started < SECONDS_MAX)) || return 0
    sleep 2
  done
}

apply() {
  local now
  now=$(has)
  [[ -z $now || $now == "$HOST" || $now == "$FORMER" ]] ||
    fail "the GitLab $NAME is called $now, and \`hostname\` says $HOST: clones, runners and links in mails would lead nowhere. If that \
is meant, set \`renamedFrom\` to $now and run again; docs/gitlab.md says what else a new name takes"
  install -d -m 0700 "$notes"
  settle
  printf '%s\n' "$HOST" >"$notes/hostname.new"
  mv -fT "$notes/hostname.new" "$notes/hostname"
}

check() {
  local now
  now=$(has)
  if [[ $now =~ ^[a-z0-9.-]+$ ]]; then say "{\"hostname\":\"$now\"}"; else say '{}'; fi
}

remove() {
  rm -rf "$notes"
  rmdir --ignore-fail-on-non-empty "${notes%/*}" 2>/dev/null || true
}

"$@" </dev/null
