#!/bin/bash
# A small service of the tests: notes in a database. It brings the commands that a backup wants of a service.
set -euo pipefail
live=/srv/notes/notes.db copy=/srv/notes/copy/notes.db
sql() { sqlite3 -bail "$@"; }

case $1 in
  add) mkdir -p /srv/notes && sql "$live" "pragma journal_mode=wal; create table if not exists notes (text); insert into notes values ('$2')" >/dev/null ;;
  list) sql "$live" 'select text from notes order by rowid' ;;
  copy)
    mkdir -p "${copy%/*}"
    rm -f "$copy.new"
    sql "$live" ".backup $copy.new"
    mv "$copy.new" "$copy"
    ;;
  running) [[ -e $live ]] ;;
  verify)
    one=$2$copy
    [[ $2 != / ]] || one=$live
    [[ $(sql "file:$one?immutable=1" 'pragma integrity_check; select count(*) > 0 from notes') == $'ok\n1' ]] || { echo "$one is no good database of notes" >&2 && exit 1; }
    ;;
  take) mkdir -p /srv/notes && rm -f "$live"* && cp "$2$copy" "$live" ;;
esac
