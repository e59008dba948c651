# shellcheck shell=bash
# Keeps which name and which layout the forum in the container NAME has. Its posts, mails and other sites hold the name, and its
# data stay in the layout, so another HOST or LAYOUT than it has is refused, unless FORMER or LAYOUT_FROM say that the old one is meant.
: "${NAME:?}" "${HOST:?}" "${LAYOUT:?}"
notes=/var/lib/platform-discourse

# A forum that was there before the platform tells it by its environment.
environment() {
  docker inspect --type container --format '{{range .Config.Env}}{{println .}}{{end}}' "$NAME" 2>/dev/null || true
}

hostname() { cat "$notes/$NAME.hostname" 2>/dev/null || environment | sed -n 's/^DISCOURSE_HOSTNAME=//p'; }

layout() {
  local variables
  if cat "$notes/$NAME.layout" 2>/dev/null; then return; fi
  variables=$(environment)
  case $variables in
    '') ;;
    *DISCOURSE_DB_HOST=data$'\n'*) printf 'two-container\n' ;;
    *) printf 'standalone\n' ;;
  esac
}

refuse() {
  local now
  now=$(hostname)
  [[ -z $now || $now == "$HOST" || $now == "$FORMER" ]] ||
    fail "the forum is called $now, and \`forum.hostname\` says $HOST: links in posts and mails would lead nowhere. If that is meant, \
set \`forum.renamedFrom\` to $now and run again; docs/forum.md says what else a new name takes"
  now=$(layout)
  [[ -z $now || $now == "$LAYOUT" || $now == "$LAYOUT_FROM" ]] ||
    fail "the forum is $now, and \`forum.layout\` says $LAYOUT: it would begin with an empty database, and leave all posts behind. If \
that is meant, take a backup, set \`forum.layoutFrom\` to $now, run again, and put the backup in its place; docs/forum.md tells how"
}

keep() {
  install -d -m 0700 "$notes"
  printf '%s\n' "$2" >"$notes/$NAME.$1.new"
  mv -fT "$notes/$NAME.$1.new" "$notes/$NAME.$1"
}

apply() {
  refuse
  keep hostname "$HOST"
  keep layout "$LAYOUT"
}

check() {
  local name kind
  name=$(hostname) kind=$(layout)
  if [[ $name =~ ^[a-z0-9.-]+$ ]]; then say "{\"hostname\":\"$name\",\"layout\":\"${kind:-standalone}\"}"; else say '{}'; fi
}

remove() {
  rm -f "$notes/$NAME.hostname" "$notes/$NAME.layout"
  rmdir --ignore-fail-on-non-empty "$notes" 2>/dev/null || true
}

"$@" </dev/null
