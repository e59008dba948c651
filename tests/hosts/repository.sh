# shellcheck shell=bash
# Makes package repositories under /srv/repository: one that is well signed, and its bad siblings. Prints the
# fingerprints of the two keys that sign. What it needs for that goes again.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 GNUPGHOME=/run/gnupg-of-the-test
apt-get -qq update >/dev/null
apt-get -qq install --no-install-recommends gpg gpg-agent >/dev/null
rm -rf /srv/repository "$GNUPGHOME"
install -d -m 0700 "$GNUPGHOME"
install -d /srv/repository/good
cd /srv/repository/good

package() {
  local build
  build=$(mktemp -d)
  install -d -m 0755 "$build/tree/DEBIAN"
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\n%s' \
    "$1" "$2" "${3:-}" >"$build/tree/DEBIAN/control"
  printf 'Description: a package with nothing in it\n' >>"$build/tree/DEBIAN/control"
  if [[ -n ${4:-} ]]; then install -m 0755 <(printf '#!/bin/sh\n%s\n' "$5") "$build/tree/DEBIAN/$4"; fi
  dpkg-deb --root-owner-group --build "$build/tree" "$1_$2.deb" >/dev/null
  rm -r "$build"
  dpkg-deb --field "$1_$2.deb" >>Packages
  printf 'Filename: ./%s\nSize: %s\nSHA256: %.64s\n\n' \
    "$1_$2.deb" "$(stat -c %s "$1_$2.deb")" "$(sha256sum "$1_$2.deb")" >>Packages
}
sign() { gpg --batch --yes --quiet --local-user "$1" --clearsign --output InRelease Release; }

package tiny 1.0
package tiny 1.1
package tiny-base 1.0
package tiny-needs 1.0 $'Depends: tiny-base\n'
package tiny-rival 1.0 $'Conflicts: tiny\n'
package tiny-broken 1.0 '' postinst 'exit 1'
# shellcheck disable=SC2016 # for the package's own shell
package tiny-fragile 1.0 '' preinst 'test ! -e /run/kill || kill -9 $PPID'
printf 'Date: %s\nSHA256:\n %.64s %s Packages\n' "$(date -Ru)" "$(sha256sum Packages)" "$(stat -c %s Packages)" >Release
for who in owner stranger; do
  gpg --batch --quiet --passphrase '' --quick-generate-key "$who@example.org" ed25519 sign never 2>/dev/null
  gpg --armor --export "$who@example.org" >"../$who.asc"
  gpg --with-colons --fingerprint "$who@example.org" | awk -F: '$1 == "fpr" { print $10 }'
done
gpg --export owner@example.org >../owner.gpg
sign owner@example.org
for bad in unsigned tampered foreign; do cp -r . "../$bad"; done
rm ../unsigned/InRelease
sed -i 's/nothing in it/much in it/' ../tampered/Packages
cd ../foreign
sign stranger@example.org
gpgconf --kill all
rm -r "$GNUPGHOME"
apt-get -qq purge --autoremove gpg gpg-agent >/dev/null
