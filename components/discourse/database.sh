# shellcheck shell=bash
# Asks the PostgreSQL and the Redis that are elsewhere whether the forum can work with them, before anything of it is made, and
# tells all that is wrong at once. DATABASE and REDIS are how their clients are called; the passwords go by the environment.
: "${DATABASE_PASSWORD:?}" "${REDIS_PASSWORD:?}"
at="${DATABASE[1]}:${DATABASE[3]}" login=${DATABASE[5]} name=${DATABASE[7]}

problems=()
problem() { problems+=("$*"); }

query() { PGPASSWORD=$DATABASE_PASSWORD PGCONNECT_TIMEOUT=10 timeout 30 psql -XAtwF '|' "${DATABASE[@]}" -c "$1" 2>&1; }

# What cannot be asked for: PostgreSQL 13 is the oldest that Discourse takes. The third column of what it has of its own are the
# extensions that are neither there nor can be made by this login (postgres.template.yml; the vector of pgvector takes a superuser).
fitness="select current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),
  has_schema_privilege('public', 'CREATE'), (select coalesce(string_agg(wanted, ' '), '') from unnest(array['hstore', 'pg_trgm', 'vector']) wanted
    where not exists (select from pg_extension where extname = wanted) and not exists (select from pg_available_extension_versions v
      where v.name = wanted and (not v.superuser or (v.trusted and has_database_privilege(current_database(), 'CREATE'))
        or (select rolsuper from pg_roles where rolname = current_user))))"

# What libpq says, for the person who must act.
# shellcheck disable=SC2016
reason() {
  case $1 in
    *'could not translate host name'*) printf 'it has no address: correct `address`, or see whether the machine can ask DNS' ;;
    *'password authentication failed'*) printf 'it refuses the login %s: correct `user` and `password`' "$login" ;;
    *'no pg_hba.conf entry'*) printf 'it lets nobody in from this machine as %s: add a line for it to its pg_hba.conf' "$login" ;;
    *"database \"$name\" does not exist"*) printf 'it has no database %s: `createdb --owner=%s --encoding=UTF8 --template=template0 %s`' "$name" "$login" "$name" ;;
    *'Connection refused'* | *timeout* | *'No route'*) printf 'it does not answer: see whether it runs, listens on that address, and no firewall is between' ;;
    *) printf 'it does not take the login: %s' "${1//$'\n'/ }" ;;
  esac
}

ask_postgres() {
  local said major encoding may lacks
  said=$(query "$fitness") || {
    problem "the database at $at (\`forum.database\`): $(reason "$said")"
    return 0
  }
  IFS='|' read -r major encoding may lacks <<<"$said"
  ((major >= 13)) || problem "the database at $at is PostgreSQL $major, and Discourse takes 13 or later: upgrade it"
  [[ $encoding == UTF8 ]] || problem "the database $name at $at is in $encoding: make it anew with --encoding=UTF8 --template=template0"
  [[ $may == t ]] || problem "the login $login may make no tables in the database $name at $at: \`alter database $name owner to $login\`"
  [[ -z $lacks ]] || problem "the database $name at $at lacks extensions that $login cannot make: as a superuser, \
\`create extension\` each of $lacks there (vector is in postgresql-$major-pgvector, from Debian 13 or PostgreSQL's own repository)"
}

ask_redis() {
  local said place="${REDIS[1]}:${REDIS[3]}"
  said=$(REDISCLI_AUTH=$REDIS_PASSWORD timeout 30 redis-cli --no-auth-warning "${REDIS[@]}" ping 2>&1) || true
  case $said in
    *WRONGPASS* | *'invalid password'* | *NOAUTH* | *'without any password'*)
      problem "the Redis at $place (\`forum.redis\`): it refuses the password: correct \`password\`, or set requirepass there"
      ;;
    *PONG) ;;
    *) problem "the Redis at $place (\`forum.redis\`): it does not answer (${said//$'\n'/ }): see whether it runs, listens on that \
address, and no firewall is between" ;;
  esac
}

apply() {
  ask_postgres
  ask_redis
  ((${#problems[@]} > 0)) || return 0
  printf -- '- %s\n' "${problems[@]}" >&2
  fail "the forum could not work with its database (see above). Nothing of it was changed; put that right, then run again, or leave this \
out by \`forum.skipPreflight: [database]\`"
}

"$@" </dev/null
