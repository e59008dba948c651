# shellcheck shell=bash disable=SC2154
# The major version of PostgreSQL that the forum's data are of, which a build brings to POSTGRES: that goes up only, takes
# three times the data's room (discourse_docker, postgres.18.template.yml), and is done only when UPGRADE_FROM confirms it.

# Nothing while there is no database.
major() { cat "$SHARED/postgres_data/PG_VERSION" 2>/dev/null || true; }

refuse_major() {
  local has free needs
  has=$(major)
  if [[ -z $has || $has == "$POSTGRES" ]]; then return; fi
  ((has < POSTGRES)) || fail "the data are of PostgreSQL $has, and it never goes back: set \`postgres\` to $has"
  [[ $UPGRADE_FROM == "$has" ]] || fail "the data are of PostgreSQL $has, and this build would bring them to $POSTGRES. That cannot be \
taken back, and the forum is away while all data are written out and read in again. Take a backup (\`npm run backup -- run\`) and set \
\`upgradePostgresFrom\` to $has, or stay by \`postgres: $has\`"
  needs=$(($({ du -sb "$SHARED/postgres_data" 2>/dev/null || true; } | cut -f 1) * 3)) # files come and go meanwhile
  free=$(df --output=avail -B1 "$SHARED" | tail -n 1)
  ((free >= needs)) || fail "$SHARED has $((free / 1048576)) MiB free, and bringing the data from PostgreSQL $has to $POSTGRES takes \
$((needs / 1048576)): make room there (what lies in postgres_data_old is of an earlier upgrade), then run again"
}
