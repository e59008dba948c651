# shellcheck shell=bash disable=SC2154
# Keeps the PASSWORD of the forum's login to its database in the container STORES, which its image does not hold. While that changes,
# SITE is closed to its visitors: the forum in NAME has the old one until it is replaced.
: "${NAME:?}" "${STORES:?}" "${PASSWORD:?}" "${SITE:?}" "${HOST:?}" "${UPSTREAM:?}" "${CLOSED_MAX:?}"

# As the forum does, through the network; the password goes by a pipe, for a command line is no place for it.
lets_in() {
  # shellcheck disable=SC2016 # expanded in the container
  [[ $(printf '%s\n' "$PASSWORD" | timeout 15 docker exec -i "$STORES" sh -c 'read -r PGPASSWORD; export PGPASSWORD PGCONNECT_TIMEOUT=10
    exec psql -XAtw -h 127.0.0.1 -U discourse -d discourse -c "select 1"' 2>/dev/null) == 1 ]]
}

apply() {
  local open=''
  if lets_in; then return; fi
  if [[ $(state "$NAME") == running ]]; then
    visitors begin
    sleep 2 # requests that came before are still under way
  else open=yes; fi
  # Its characters are those of a secret of the forum, which has no quotes.
  printf "alter role discourse with login password '%s';\n" "$PASSWORD" |
    timeout 60 docker exec -i --user postgres "$STORES" psql -XAtq -v ON_ERROR_STOP=1 -d discourse >/dev/null ||
    fail "the database of the forum did not take its password (see above): read \`docker logs --tail 50 $STORES\` on the machine"
  lets_in || fail "the database of the forum does not let it in by its new password: read \`docker logs --tail 50 $STORES\` on the machine"
  SECONDS=0
  while [[ -z $open ]] && ((SECONDS < 5)); do
    if pages; then open=yes && visitors end; else sleep 1; fi
  done
}

check() {
  if lets_in; then say "{\"password\":\"$(printf %s "$PASSWORD" | digest)\"}"; else say '{}'; fi
}

"$@" </dev/null
