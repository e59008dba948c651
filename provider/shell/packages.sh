# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# Keeps PACKAGES installed, at the exact one of VERSIONS where that is not empty, keeps HELD on hold, and takes them
# from SOURCES besides Debian's. What nobody wants any more goes again, if the platform brought it. It is never purged:
# to purge docker.io deletes /var/lib/docker.
: "${NAME:?}" "${PACKAGES[0]:?}"

# Removes what is leaving, with what only that needed. What others need goes with the last of them.
let_go() {
  local package ours back before free rest going=()
  mapfile -t ours < <(leaving installed)
  mapfile -t back < <(leaving automatic)
  if ((${#ours[@]} + ${#back[@]} > 0)); then
    before=$(removals autoremove)
    free=$(comm -23 <(printf '%s\n' "${ours[@]}") <(on_hold))
    for package in "${ours[@]}"; do
      there "$package" || continue
      rest=$(removals remove --allow-change-held-packages "$package" | comm -23 - <(printf '%s\n' "$free"))
      if ! grep -qxF -- "$package" <<<"$free"; then
        say "kept $package, for it is on hold"
      elif [[ -n $rest ]]; then
        say "kept $package, for other packages need it"
        back+=("$package")
      else
        going+=("$package")
      fi
    done
    if ((${#going[@]} > 0)); then
      patient apt-get -qq -o Dpkg::Options::=--force-remove-reinstreq remove "${going[@]}"
      did "removed ${going[*]}"
    fi
    for package in "${back[@]}"; do
      if there "$package"; then patient apt-mark auto "$package"; fi
    done
    rewrite without "$notes/installed" "${ours[@]}"
    rewrite without "$notes/automatic" "${back[@]}"
    mapfile -t going < <(comm -13 <(printf '%s\n' "$before") <(removals autoremove))
    if ((${#going[@]} > 0)); then
      patient apt-get -qq remove "${going[@]}"
      did "removed ${going[*]}, which nothing needs any more"
    fi
  fi
  rewrite only "$wanted" "${wants[@]%%=*}"
}

apply() {
  local i tools=()
  mend
  ((${#SOURCES[@]} == 0)) || tools=(ca-certificates curl gpg)
  for i in "${!PACKAGES[@]}"; do wants+=("${PACKAGES[i]}${VERSIONS[i]:+=${VERSIONS[i]}}"); done
  wants+=("${tools[@]}")
  note_wants
  bring "${tools[@]}"
  keep_sources
  bring "${wants[@]}"
  keep_holds
  let_go
  tidy
  [[ -n $changed ]] || say unchanged
  say "output changedAt $(unpacked "${PACKAGES[@]}")"
}

remove() {
  [[ -d $notes ]] || return 0
  HELD=() SOURCES=()
  (mend) || true # what is broken may be what goes
  keep_holds
  let_go
  keep_sources
  tidy
}

"$@" </dev/null
