# shellcheck shell=bash disable=SC2034,SC2154
# What Packages notes on the machine, as lines that begin with the name of a package or a source. A resource's own are
# `wanted/ID`, `held/ID` and `sources/ID`; `installed` has the packages that the platform brought, `automatic` those
# that apt had brought for others before somebody wanted them.
notes=$STATE/packages
wanted=$notes/wanted/${ID:?}
wants=() # what is wanted now: `name` or `name=version`
changed=''

did() {
  changed=yes
  say "$*"
}

# The lines of a note: `only` or `without` those that begin with one of the names.
lines() {
  [[ -f $2 ]] || return 0
  awk -F '\t' -v which="$1" 'NR == FNR { some[$1]; next } (($1 in some) ? "only" : "without") == which' \
    <(printf '%s\n' "${@:3}") "$2"
}

# Writes a note anew with these lines; one that becomes empty is deleted.
rewrite() {
  lines "$@" >"$notes/new"
  if [[ -s $notes/new ]]; then mv -fT "$notes/new" "$2"; else rm -f "$notes/new" "$2"; fi
}

# The names in the notes of a kind (wanted, held, sources) that are not this ID's.
others() { find "$notes/$1" -type f ! -name "$ID" -exec cut -f1 {} + 2>/dev/null | sort -u; }

# The names in a note that this ID wanted until now and that nobody wants any more.
leaving() {
  if [[ ! -f $wanted || ! -f $notes/$1 ]]; then return 0; fi
  comm -12 <(cut -f1 "$wanted" | sort -u) <(sort -u "$notes/$1") |
    comm -23 - <({ printf '%s\n' "${wants[@]%%=*}" && others wanted; } | sort -u)
}

# Notes what is wanted; what was wanted before stays noted until it is gone. apt must no longer take it away with the
# last package that needs it.
note_wants() {
  local automatic
  install -d -m 0700 "$notes" "$notes"/{held,sources,wanted}
  { printf '%s\n' "${wants[@]/=/$'\t'}" && lines without "$wanted" "${wants[@]%%=*}"; } >"$notes/new"
  mv -fT "$notes/new" "$wanted"
  mapfile -t automatic < <(comm -12 <(printf '%s\n' "${wants[@]%%=*}" | sort -u) <(
    awk 'BEGIN { RS = "" } /\nAuto-Installed: 1/ { print $2 }' /var/lib/apt/extended_states 2>/dev/null | sort -u
  ))
  ((${#automatic[@]} > 0)) || return 0
  printf '%s\n' "${automatic[@]}" >>"$notes/automatic"
  patient apt-mark manual "${automatic[@]}"
}

# Puts HELD on hold, and releases what this ID held besides. A hold that nobody noted is the administrator's.
keep_holds() {
  local own=$notes/held/$ID package holds
  holds=$(on_hold)
  is_held() { grep -qxF -- "$1" <<<"$holds"; }
  for package in "${HELD[@]}"; do
    if is_held "$package" && ! grep -qsxF -- "$package" "$notes"/held/*; then continue; fi
    grep -qsxF -- "$package" "$own" || echo "$package" >>"$own"
    if is_held "$package"; then continue; fi
    patient apt-mark hold "$package"
    did "held $package"
  done
  for package in $(lines without "$own" "${HELD[@]}"); do
    if is_held "$package" && ! grep -qxF -- "$package" <(others held); then
      patient apt-mark unhold "$package"
      did "released $package"
    fi
    rewrite without "$own" "$package"
  done
}

# Leaves no empty folder behind.
tidy() { rmdir "$notes"/{held,sources,wanted} "$notes" 2>/dev/null || true; }
