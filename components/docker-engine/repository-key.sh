# shellcheck shell=bash
# Keeps the OpenPGP key with FINGERPRINT at KEY_PATH, fetched from KEY_URL and refused when it is another one.
: "${KEY_URL:?}" "${KEY_PATH:?}" "${FINGERPRINT:?}"

fingerprints() { gpg --batch --quiet --with-colons --show-keys "$1" | awk -F: '/^(pub|fpr)/ { if ($1 == "fpr" && p) print $10; p = $1 == "pub" }'; }

apply() {
  if [[ -f $KEY_PATH && $(fingerprints "$KEY_PATH") == "$FINGERPRINT" ]]; then
    say unchanged
    return
  fi
  local fetched found
  fetched=$(mktemp "$STATE/key.XXXXXX")
  # shellcheck disable=SC2064 # the name of today
  trap "rm -f '$fetched'" EXIT
  curl -fsSL --retry 3 --max-time 60 -o "$fetched" "$KEY_URL" || fail "the package key could not be fetched from $KEY_URL"
  found=$(fingerprints "$fetched" || true)
  [[ $found == "$FINGERPRINT" ]] || fail "the key at $KEY_URL is ${found:-not a key}, not $FINGERPRINT: nothing was installed"
  install -D -m 0644 "$fetched" "$KEY_PATH.new"
  mv -fT "$KEY_PATH.new" "$KEY_PATH"
  say "installed $KEY_PATH"
}

remove() { rm -f "$KEY_PATH"; }

"$@" </dev/null
