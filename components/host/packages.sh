# shellcheck shell=bash
# Keeps the packages PACKAGES installed. Those that were not there before are noted under NAME, and only those
# are removed again. Never purged: to purge docker.io deletes all of /var/lib/docker, volumes included.
: "${NAME:?}" "${PACKAGES[0]:?}"
note=$STATE/packages/$NAME

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true) == installed ]]; }

apply() {
  local package missing=()
  [[ -z $(dpkg --audit) ]] || DEBIAN_FRONTEND=noninteractive dpkg --configure -a >/dev/null
  for package in "${PACKAGES[@]}"; do installed "$package" || missing+=("$package"); done
  if ((${#missing[@]} == 0)); then
    say unchanged
    return
  fi
  install -d -m 0700 "$STATE/packages"
  printf '%s\n' "${missing[@]}" >>"$note"
  apt update
  apt install --no-install-recommends "${missing[@]}"
  for package in "${missing[@]}"; do installed "$package" || fail "apt did not install $package"; done
  say "installed ${missing[*]}"
}

remove() {
  [[ -s $note ]] || return 0
  local ours
  mapfile -t ours < <(sort -u "$note")
  apt remove --autoremove "${ours[@]}"
  rm -f "$note"
}

"$@" </dev/null
