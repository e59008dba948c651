# shellcheck shell=bash disable=SC2154
# Makes nginx serve what was obtained: staged, judged in its place, swapped by one rename, reloaded, and asked for. When that
# is not served, the one before it comes back. LINK leads to the directory that is served.

stage() {
  rm -rf "$HOME_DIRECTORY"/*.new
  install -d -m 0700 "$new.new"
  install -m 0644 "$chain" "$new.new/fullchain.pem"
  install -m 0600 "$key" "$new.new/privkey.pem"
  printf '%s\n' "$DIRECTORY" >"$new.new/directory"
  sync "$new.new"/* "$new.new"
  rm -rf "$new"
  mv -T "$new.new" "$new"
}

# What nginx does not mind (dates, names), and then nginx itself, which sees the new pair where the old one is.
judge() {
  local name
  [[ $(openssl x509 -in "$new/fullchain.pem" -noout -pubkey) == "$(openssl pkey -in "$new/privkey.pem" -pubout)" ]] ||
    fail "the new certificate of $SITE and its key do not belong together: remove $account/for, then run again"
  (($(date -d "$(date_of "$new/fullchain.pem" start)" +%s) <= $(date +%s))) ||
    fail "the new certificate of $SITE begins on $(date_of "$new/fullchain.pem" start), later than this machine's clock says: set the clock"
  openssl x509 -in "$new/fullchain.pem" -noout -checkend 0 >/dev/null ||
    fail "the new certificate of $SITE has ended on $(date_of "$new/fullchain.pem" end) by this machine's clock: see to the clock"
  for name in "${NAMES[@]}"; do
    openssl x509 -in "$new/fullchain.pem" -noout -checkhost "$(visited "$name")" | grep -q 'does match' ||
      fail "the new certificate of $SITE is not for $name, though it was asked for"
  done
  # shellcheck disable=SC2016
  ! command -v nginx >/dev/null ||
    unshare --mount sh -c 'mount --bind "$1" "$2" && nginx -t -q' judge "$new" "$(readlink -f "$LINK")" ||
    fail "nginx refuses the new certificate of $SITE (see above): the old one goes on serving"
}

deploy() {
  local new before
  exec 8>>"$HOME_DIRECTORY/lock"
  flock -w 300 8 || fail "another run has asked for this certificate for 5 minutes: see \`systemctl list-jobs\`"
  obtained || fail "no certificate of $SITE was obtained yet"
  new=$HOME_DIRECTORY/$(openssl x509 -in "$chain" -noout -serial | cut -d = -f 2)
  before=$(readlink "$LINK")
  if [[ $before == "$new" ]]; then
    took_effect ask || took_effect || fail "nginx does not serve the certificate of $SITE in $LINK: see \`journalctl -u nginx\`"
    return
  fi
  stage
  judge
  lead_to "$new"
  if ! took_effect; then
    lead_to "$before"
    took_effect || true
    fail "nginx does not serve the new certificate of $SITE: the old one is back, which ends on \
$(date_of "$LINK/fullchain.pem" end). See \`journalctl -u nginx\`"
  fi
  find "$HOME_DIRECTORY" -mindepth 1 -maxdepth 1 -type d ! -path "$new" ! -path "$account" -exec rm -rf {} +
  printf 'the certificate of %s is served; it ends on %s\n' "$SITE" "$(date_of "$LINK/fullchain.pem" end)"
}
