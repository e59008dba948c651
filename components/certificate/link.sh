# shellcheck shell=bash
# Keeps LINK leading to a directory with a certificate: at first to TEMPORARY, or to a copy of what was served from EARLIER,
# so that a site whose certificates came from elsewhere keeps its own until one was obtained. HOME_DIRECTORY holds what
# is obtained.
: "${LINK:?}" "${TEMPORARY:?}" "${EARLIER:?}" "${HOME_DIRECTORY:?}"

linked() { [[ -L $LINK && -s $LINK/fullchain.pem && -s $LINK/privkey.pem ]]; }

apply() {
  local target=$TEMPORARY
  install -d -m 0755 "${LINK%/*}"
  install -d -m 0700 "${HOME_DIRECTORY%/*}" "$HOME_DIRECTORY"
  if linked; then return; fi
  if openssl x509 -in "$EARLIER/fullchain.pem" -noout -checkend 0 >/dev/null 2>&1; then
    rm -rf "$HOME_DIRECTORY/earlier"
    cp -a "$EARLIER" "$HOME_DIRECTORY/earlier"
    target=$HOME_DIRECTORY/earlier
  fi
  ln -sfn "$target" "$LINK.new"
  mv -fT "$LINK.new" "$LINK"
}

check() { if linked; then say '{"linked":true}'; else say '{"linked":false}'; fi; }

remove() {
  rm -f "$LINK"
  rm -rf "$HOME_DIRECTORY"
  rmdir --ignore-fail-on-non-empty "${LINK%/*}" "${HOME_DIRECTORY%/*}"
}

"$@" </dev/null
