# shellcheck shell=bash
# Has PROGRAM, which also renews it, obtain a certificate and nginx serve it. The host's lock is held already. A change of
# WANTED, which is how it is asked for, asks anew.
: "${PROGRAM:?}" "${WANTED:?}"

apply() {
  "$PROGRAM" obtain
  "$PROGRAM" deploy
}

check() { if [[ -x $PROGRAM ]]; then "$PROGRAM" tell; else say '{}'; fi; }

"$@" </dev/null
