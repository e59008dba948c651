#!/bin/bash
# shellcheck disable=SC2034,SC2154
# The backups of this machine: `list`, `run`, `verify`, `restore`, `probe` or `check`, and the name of a backup.
# A person gives it by `npm run backup`; timers do `run`, `verify` and `probe`.
here=/usr/local/lib/platform/backup
for part in common repository judge run verify restore status check check-place; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done

verb=${1:-} name=${2:-} accept=no over=no to='' snapshot=latest wait=60
options() {
  while (($# > 0)); do
    case $1 in
      --accept) accept=yes ;;
      --over-running) over=yes ;;
      --wait) wait=14400 ;; # a timer's run
      --to) to=${2:?} && shift ;;
      --snapshot) snapshot=${2:?} && shift ;;
      *) fail "$1 is no option" ;;
    esac
    shift
  done
  [[ $snapshot =~ ^(latest|[0-9a-f]{6,64})$ ]] || fail "$snapshot is no id of a copy: npm run backup -- list shows them"
  [[ $to == '' || $to == /* ]] || fail "--to needs an absolute path"
}

case $verb in
  probe-all)
    for conf in "$etc"/backups/*.conf; do "$0" probe "$(basename "$conf" .conf)"; done
    exit
    ;;
  check)
    load "$name"
    check "${3:-}"
    ;;
  init)
    load_repository
    make_repository
    exit
    ;;
  restic)
    load_repository
    repo "${@:2}"
    exit
    ;;
esac
load "$name"
options "${@:3}"
case $verb in
  list) list_copies ;;
  probe) probe ;;
  run | verify | restore)
    lock "$wait"
    "$verb"_copy
    ;;
  *) fail "$verb is no verb: list, run, verify, restore, probe or check" ;;
esac
