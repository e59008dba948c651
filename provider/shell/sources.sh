# shellcheck shell=bash disable=SC2153,SC2154
# The package sources of Packages: SOURCES, with their SOURCE_TEXTS, KEY_URLS and FINGERPRINTS. `sources/ID` notes
# them, one a line: name, fingerprint, digest of the key file. Each is tried apart from what apt has before it is taken.
texts=/etc/apt/sources.list.d keys=/etc/apt/keyrings
stage=/var/cache/platform-source # not below STATE: apt reads keys and writes lists as a user of its own

source_line() { printf '%s\t%s\t%.64s\n' "${SOURCES[$1]}" "${FINGERPRINTS[$1]}" "$(sha256sum <"$2")"; }

in_place() {
  local text=$texts/platform-${SOURCES[$1]}.sources key=$keys/platform-${SOURCES[$1]}.asc
  [[ $(stat -c '%a %U' "$text" "$key" 2>/dev/null) == $'644 root\n644 root' ]] || return 1
  cmp -s "$text" <(printf %s "${SOURCE_TEXTS[$1]}" 2>/dev/null) || return 1
  grep -qsxF -- "$(source_line "$1" "$key")" "$notes"/sources/*
}

try_source() {
  local name=${SOURCES[$1]} text=${SOURCE_TEXTS[$1]} url=${KEY_URLS[$1]} wanted=${FINGERPRINTS[$1]} found
  local key=$stage/${SOURCES[$1]}.asc signed="Signed-By: $keys/platform-${SOURCES[$1]}.asc"
  grep -qxF -- "$signed" <<<"$text" || fail "$NAME: the package source $name must have the line \"$signed\""
  curl -fsSL --retry 3 --max-time 60 -o "$key" "$url" ||
    fail "$NAME: the key of the package source $name could not be fetched from $url (see above), so nothing was changed"
  found=$(gpg --homedir "$stage/gnupg" --batch --quiet --with-colons --show-keys "$key" |
    awk -F: '/^(pub|fpr)/ { if ($1 == "fpr" && p) printf n++ ? " and " $10 : $10; p = $1 == "pub" }') || true
  [[ $found == "$wanted" ]] || fail "$NAME: at $url lies ${found:-no key} instead of the key $wanted, so nothing was \
changed: learn from the owner of the package source $name which one is right"
  if ! grep -q '^-----BEGIN PGP' "$key"; then # apt would look for text in it
    gpg --homedir "$stage/gnupg" --batch --enarmor <"$key" | sed 's/ARMORED FILE/PUBLIC KEY BLOCK/' >"$key.text"
    mv "$key.text" "$key"
  fi
  printf %s "${text//"$signed"/"Signed-By: $key"}" >"$stage/$name.sources"
  apt-get -qq update --error-on=any -o Dir::Etc::sourcelist="$stage/$name.sources" -o Dir::Etc::sourceparts=- \
    -o Dir::State::Lists="$stage/lists" -o Dir::Cache="$stage" -o Acquire::AllowInsecureRepositories=false >&2 ||
    fail "$NAME: the package source $name was refused (see above), so nothing was changed: it could not be reached, \
is not signed by the key $wanted, or is damaged"
  printf %s "$text" >"$stage/parts/platform-$name.sources"
}

# Tries what is coming, alone and then together with what is there and stays.
try_sources() {
  trap 'rm -rf "$stage"' EXIT
  install -d "$stage" "$stage/lists"
  install -d -m 0700 "$stage/gnupg"
  cp -aT "$texts" "$stage/parts"
  for name in $leaving; do rm -f "$stage/parts/platform-$name.sources"; done
  for i in "${coming[@]}"; do try_source "$i"; done
  apt-get indextargets -o Dir::Etc::sourceparts="$stage/parts" -o Dir::Cache="$stage" >/dev/null ||
    fail "$NAME: apt cannot have the new package sources beside the others (see above): remove one or the other"
}

# Puts a source that was tried in its place. It is noted before it is there.
place_source() {
  local name=${SOURCES[$1]} text=$texts/platform-${SOURCES[$1]}.sources key=$keys/platform-${SOURCES[$1]}.asc
  { lines without "$own" "$name" && source_line "$1" "$stage/$name.asc"; } >"$notes/new"
  mv -fT "$notes/new" "$own"
  install -D -m 0644 "$stage/$name.asc" "$key.new"
  mv -fT "$key.new" "$key"
  install -m 0644 "$stage/parts/${text##*/}" "$text.new"
  mv -fT "$text.new" "$text"
  did "added the package source $name"
}

# Makes the sources SOURCES. One of another ID is this one's from now on, for that resource is being replaced.
keep_sources() {
  local own=$notes/sources/$ID i name note leaving coming=()
  leaving=$(lines without "$own" "${SOURCES[@]}" | cut -f1)
  for i in "${!SOURCES[@]}"; do in_place "$i" || coming+=("$i"); done
  rm -rf "$stage"
  ((${#coming[@]} == 0)) || try_sources
  for name in $leaving; do
    rm -f "$texts/platform-$name.sources" "$keys/platform-$name.asc"
    did "removed the package source $name"
  done
  for note in "$notes"/sources/*; do
    if [[ ! -f $note || $note == "$own" ]]; then continue; fi
    lines only "$note" "${SOURCES[@]}" >>"$own"
    rewrite without "$note" "${SOURCES[@]}"
  done
  for i in "${coming[@]}"; do place_source "$i"; done
  rewrite only "$own" "${SOURCES[@]}"
}
