# shellcheck shell=bash
# Keeps which name the forum in the container NAME has. Its posts, mails and other sites hold the name, so another HOST than
# it has is refused, unless FORMER says that the old one is meant.
: "${NAME:?}" "${HOST:?}"
note=/var/lib/platform-discourse/$NAME.hostname

# A forum that was there before the platform tells it by its environment.
has() {
  cat "$note" 2>/dev/null || docker inspect --type container --format '{{range .Config.Env}}{{println .}}{{end}}' "$NAME" 2>/dev/null |
    sed -n 's/^DISCOURSE_HOSTNAME=//p' || true
}

apply() {
  local now
  now=$(has)
  [[ -z $now || $now == "$HOST" || $now == "$FORMER" ]] ||
    fail "the forum is called $now, and \`forum.hostname\` says $HOST: links in posts and mails would lead nowhere. If that is meant, \
set \`forum.renamedFrom\` to $now and run again; docs/forum.md says what else a new name takes"
  install -d -m 0700 "${note%/*}"
  printf '%s\n' "$HOST" >"$note.new"
  mv -fT "$note.new" "$note"
}

check() {
  local now
  now=$(has)
  if [[ $now =~ ^[a-z0-9.-]+$ ]]; then say "{\"hostname\":\"$now\"}"; else say '{}'; fi
}

remove() {
  rm -f "$note"
  rmdir --ignore-fail-on-non-empty "${note%/*}" 2>/dev/null || true
}

"$@" </dev/null
