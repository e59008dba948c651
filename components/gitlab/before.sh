# shellcheck shell=bash disable=SC2154
# Runs before anything of the instance NAME is changed. Refused is another HOST than it has, unless FORMER says that the old one is
# meant; a VERSION that its data cannot go to; and NAMES that lead nowhere. Then, if its container is to be replaced (MADE), a
# reconfigure under way comes to its end first: one that is broken off may leave its database half migrated.
: "${NAME:?}" "${HOST:?}" "${MADE:?}" "${SECONDS_MAX:?}" "${DATA:?}" "${VERSION:?}"

has() { cat "$notes/hostname" 2>/dev/null || true; }

# A first start that should have ended long ago is not waited for, nor one that ends again and again, or nothing could mend it.
settle() {
  local started restarts
  [[ $(of "$container" '{{index .Config.Labels "platform.made"}}') != "$MADE" ]] || return 0
  started=$(date -d "$(of "$container" '{{.State.StartedAt}}')" +%s 2>/dev/null) || return 0
  restarts=$(of "$container" '{{.RestartCount}}') SECONDS=0
  while [[ $(state "$container") == running ]]; do
    (($(of "$container" '{{.RestartCount}}') + 0 < restarts + 2)) || return 0
    reconfigures || { ! reconfigured && (($(date +%s) - started < SECONDS_MAX)); } || return 0
    ((SECONDS < SECONDS_MAX)) || fail "$NAME: a reconfigure of it has not ended for $SECONDS_MAX s, and one that is broken off may \
leave its database half migrated: see \`docker top $container\` on the machine, and run again when it has ended"
    sleep 2
  done
}

ask_name() {
  local now
  now=$(has)
  [[ -z $now || $now == "$HOST" || $now == "$FORMER" ]] ||
    fail "the GitLab $NAME is called $now, and \`hostname\` says $HOST: clones, runners and links in mails would lead nowhere. If that \
is meant, set \`renamedFrom\` to $now and run again; docs/gitlab.md says what else a new name takes"
}

# GitLab itself takes data of a newer release, and breaks on them. It notes its version before it migrates.
ask_version() {
  local is
  is=$(sed 's/-ee$//' "$DATA/data/gitlab-rails/VERSION" 2>/dev/null) || return 0
  [[ $is =~ ^[0-9]+\.[0-9]+\.[0-9]+$ && $is != "$VERSION" ]] || return 0
  [[ $(printf '%s\n' "$is" "$VERSION" | sort -V | head -n 1) == "$is" ]] ||
    fail "the data of the GitLab $NAME are of $is, and \`image\` says $VERSION: they cannot go back. Take $is or a later patch of it"
  [[ ${is%.*} == "${VERSION%.*}" || $is == "$UPGRADED" ]] ||
    fail "the data of the GitLab $NAME are of $is, and \`image\` says $VERSION: another release changes them for good, and nobody has \
a copy. If that is meant, set \`upgradedFrom\` to $is and run again; docs/gitlab.md says what to see to before"
}

ask_dns() {
  local name missing=()
  for name in "${NAMES[@]}"; do getent ahosts "$name" >/dev/null || missing+=("$name"); done
  ((${#missing[@]} == 0)) || fail "the GitLab $NAME: ${missing[*]} has no address: add an A or AAAA record that leads to this machine, \
or leave that out by \`skipPreflight\` (dns)"
}

apply() {
  ask_name
  ask_version
  ask_dns
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
