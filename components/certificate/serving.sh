# shellcheck shell=bash disable=SC2154
# What nginx serves for NAMES, asked over TLS, and how it comes to serve what LINK leads to.

# The fingerprint of the certificate in a file, and of the one that nginx shows for a name at an address.
print_of() { openssl x509 -in "$1" -noout -fingerprint -sha256; }
shown() {
  timeout 10 openssl s_client -connect "$2:443" -servername "$(visited "$1")" </dev/null 2>/dev/null |
    openssl x509 -noout -fingerprint -sha256 2>/dev/null || true
}

serves() {
  local name address print
  print=$(print_of "$LINK/fullchain.pem")
  for name in "${NAMES[@]}"; do
    for address in 127.0.0.1 '[::1]'; do [[ $(shown "$name" "$address") == "$print" ]] || return 1; done
  done
}

# A reload says nothing when it was refused, and returns before the new workers serve.
took_effect() {
  local try
  systemctl is-active -q nginx || return 0
  if [[ ${1:-} != ask ]]; then timeout 60 systemctl reload nginx || return 1; fi
  for ((try = 0; try < 10; try++)); do
    if serves; then return 0; fi
    sleep 0.5
  done
  return 1
}

lead_to() {
  ln -sfn "$1" "$LINK.new"
  mv -fT "$LINK.new" "$LINK"
}
