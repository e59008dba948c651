#!/bin/bash
# A stand-in for a container that has a forum's database and Redis alone, on real servers of Debian's (README.md). `create` is what
# a build does; else it is the container's boot. Its cluster is of the major version that Debian has, so the one that the platform
# looks for is a word beside it, and another one than the image's does not start.
set -euo pipefail
bin=/usr/lib/postgresql/15/bin cluster=/shared/postgres_cluster major=/etc/postgresql/standin-major

as_postgres() { setpriv --reuid=101 --regid=101 --clear-groups "$@"; }
sql() { as_postgres psql -XAtq -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }

create() {
  install -d -o 101 -g 101 /run/postgresql /etc/postgresql
  install -d -o 101 -g 101 -m 0700 "$cluster"
  if [[ ! -e $cluster/PG_VERSION ]]; then
    as_postgres "$bin/initdb" -D "$cluster" -U postgres -E UTF8 --locale=C --auth-local=peer --auth-host=scram-sha-256 >/dev/null
    echo 'host all all 0.0.0.0/0 scram-sha-256' >>"$cluster/pg_hba.conf"
  fi
  as_postgres "$bin/pg_ctl" start -w -D "$cluster" -o "-c jit=off -c listen_addresses=" >/dev/null
  [[ $(sql postgres "select 1 from pg_roles where rolname = 'discourse'") == 1 ]] || sql postgres 'create role discourse login'
  [[ $(sql postgres "select 1 from pg_database where datname = 'discourse'") == 1 ]] ||
    sql postgres "create database discourse owner discourse encoding 'UTF8' template template0"
  as_postgres "$bin/pg_ctl" stop -w -m fast -D "$cluster" >/dev/null
  cat /shared/postgres_data/PG_VERSION >"$major"
}

if [[ ${1:-} == create ]]; then
  create
  exit
fi
cmp -s "$major" /shared/postgres_data/PG_VERSION || {
  echo "the data are of another major version"
  exit 1
}
install -d -o 101 -g 101 /run/postgresql
if [[ -e /etc/standin-broken ]]; then
  tail -f /dev/null & # it runs, and is never well
else
  redis-server --bind '*' --protected-mode no --save '' >/dev/null &
  # By no function, for a shell of its own would be between, and keep the signal to itself.
  setpriv --reuid=101 --regid=101 --clear-groups "$bin/postgres" -D "$cluster" -c jit=off -c listen_addresses='*' &
fi
# A fast end: at a polite signal PostgreSQL waits for whoever is connected.
trap 'kill -INT $!; kill $(jobs -p) 2>/dev/null; wait; exit 0' TERM
wait -n
exit 1
