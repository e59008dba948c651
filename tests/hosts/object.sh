# shellcheck shell=bash
# Keeps an object of a pretended API: META is JSON in the file OBJECT, TOKEN a secret beside it. FAULT is run by `apply`,
# and what is in the file `fault` beside it by `check`.
: "${OBJECT:?}" "${META:?}" "${TOKEN:?}"

apply() {
  echo applied >>"$OBJECT.log"
  eval "$FAULT"
  printf '%s\n' "$META" >"$OBJECT"
  printf %s "$TOKEN" >"$OBJECT.token"
}

check() {
  # shellcheck source=/dev/null
  if [[ -f ${OBJECT%/*}/fault ]]; then . "${OBJECT%/*}/fault"; fi
  if [[ ! -f $OBJECT ]]; then
    say '{}'
    return
  fi
  printf '{"meta":%s,"token":"%s"}\n' "$(<"$OBJECT")" "$(digest <"$OBJECT.token")"
}

remove() { rm -f "$OBJECT" "$OBJECT.token"; }

"$@" </dev/null
