# shellcheck shell=bash
# Keeps the packages PACKAGES installed. `installed` notes which ones the platform brought, `wanted/NAME` who wants
# which: what nobody wants any more is removed again. Never purged: to purge docker.io deletes /var/lib/docker.
: "${NAME:?}" "${PACKAGES[0]:?}"
notes=$STATE/packages

# Runs apt or dpkg without questions; cloud-init, and whoever else holds a lock of theirs, is waited for.
patient() {
  local output start=$SECONDS
  if command -v cloud-init >/dev/null; then cloud-init status --wait >/dev/null || true; fi
  while ! output=$(DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l "$@" 2>&1); do
    if [[ $output =~ (Could not get lock|Unable to lock|locked by another) ]] && ((SECONDS - start < 300)); then
      sleep 2
      continue
    fi
    printf '%s\n' "$output" >&2
    fail "\`$1\` failed (see above): look at the machine's packages, their sources and its network, then run again"
  done
}

keep=(-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold)
installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true) == installed ]]; }
removals() { apt-get -s -qq "$@" | awk '/^Remv/ { print $2 }' | sort; }

apply() {
  local package missing=()
  if [[ -n $(dpkg --audit) ]]; then patient dpkg --force-confdef --force-confold --configure -a; fi
  install -d -m 0700 "$notes" "$notes/wanted"
  printf '%s\n' "${PACKAGES[@]}" >"$notes/wanted/$NAME"
  for package in "${PACKAGES[@]}"; do installed "$package" || missing+=("$package"); done
  if ((${#missing[@]} == 0)); then
    say unchanged
    return
  fi
  printf '%s\n' "${missing[@]}" >>"$notes/installed"
  patient apt-get -qq update
  patient apt-get -qq "${keep[@]}" --no-remove --no-install-recommends install "${missing[@]}"
  for package in "${missing[@]}"; do installed "$package" || fail "apt did not install $package"; done
  say "installed ${missing[*]}"
}

remove() {
  [[ -f $notes/wanted/$NAME ]] || return 0
  local package ours going=() before
  # Those that the platform brought and that no other name wants.
  ours=$(comm -12 <(sort -u "$notes/wanted/$NAME") <(sort -u "$notes/installed" 2>/dev/null))
  rm "$notes/wanted/$NAME"
  ours=$(comm -23 <(printf '%s\n' "$ours") <(sort -u "$notes"/wanted/* 2>/dev/null))
  for package in $ours; do
    if ! installed "$package"; then continue; fi
    if [[ -z $(comm -23 <(removals remove "$package") <(printf '%s\n' "$ours")) ]]; then
      going+=("$package")
    else
      say "kept $package, for other packages need it"
    fi
  done
  ((${#going[@]} > 0)) || return 0
  before=$(removals autoremove)
  patient apt-get -qq remove "${going[@]}"
  comm -23 <(sort -u "$notes/installed") <(printf '%s\n' "${going[@]}" | sort) >"$notes/installed.new"
  mv -fT "$notes/installed.new" "$notes/installed"
  [[ -s $notes/installed ]] || rm "$notes/installed"
  mapfile -t going < <(comm -13 <(printf '%s\n' "$before") <(removals autoremove))
  ((${#going[@]} == 0)) || patient apt-get -qq remove "${going[@]}"
}

"$@" </dev/null
