# shellcheck shell=bash disable=SC2154
# Gives the first administrator of the instance NAME its first password, once for its data: later it is the customer's. It stands
# nowhere on the machine.
: "${NAME:?}" "${HOST:?}" "${ADDRESS:?}" "${DATA:?}" "${PASSWORD:?}" "${ROOT:?}"

apply() {
  if [[ -e $DATA/handed-over ]]; then
    say "the password of $NAME was handed over before: it is the customer's"
    return
  fi
  rails "$ROOT" "$PASSWORD" || fail "$NAME: Rails did not set the password of root (see above): see whether GitLab is well, then run again"
  rm -f "$DATA/config/initial_root_password"
  date -u +%FT%TZ >"$DATA/handed-over"
}

"$@" </dev/null
