# shellcheck shell=bash
# Tells how everything is that the platform manages on this machine, in one go: lines of words with tabs between,
# from `platform 1` to `end`; manifest.ts reads them. Plain text travels in base64; of a secret file only a salted
# digest leaves the machine.

largest=65536 # bytes of a file that are sent; of a larger one its digest tells whether it changed

# What a path holds: `~digest` when it is secret, `=digest` when it is large, base64 when it is plain text.
content() {
  local path=$1 type=$2 size=$3 secrets=$4 salt=$5
  if [[ $type != regular* ]]; then
    printf -- -
  elif [[ $'\n'$secrets$'\n' == *$'\n'"$path"$'\n'* ]]; then
    printf '~%.32s' "$({ printf '%s\n' "$salt" && cat -- "$path"; } | sha256sum)"
  elif ((size > largest)); then
    printf '=%.64s' "$(sha256sum <"$path")"
  elif ((size > 0)); then
    base64 -w0 -- "$path"
  fi
}

sets() {
  local set path mode owner type size secrets salt
  for set in "$STATE"/sets/*; do
    [[ -s $set/paths ]] || continue
    printf 'set\t%s\n' "${set##*/}"
    secrets=$(cat "$set/secrets" 2>/dev/null || true) salt=$(cat "$set/salt" 2>/dev/null || true)
    while IFS=$'\t' read -r path mode owner type size; do
      printf 'path\t%s\t%s\t%s\t%s\t%s\t' "${set##*/}" "$path" "$mode" "$owner" "$type"
      content "$path" "$type" "$size" "$secrets" "$salt" 2>/dev/null || true # gone meanwhile
      printf '\n'
    done < <(xargs -a "$set/paths" -d '\n' stat --printf='%n\t%04a\t%U:%G\t%F\t%s\n' -- 2>/dev/null || true)
  done
}

# shellcheck disable=SC2016 # dpkg-query expands its format itself
packages() {
  local wanted=("$STATE"/packages/wanted/*) name status want version print key text
  [[ -e ${wanted[0]} ]] || return 0
  printf 'packages\t%s\n' "${wanted[@]##*/}"
  while IFS=$'\t' read -r name status want version; do
    [[ $status != installed ]] || printf 'package\t%s\t%s\t%s\n' "$name" "$version" "$want"
  done < <(cut -f1 "${wanted[@]}" | sort -u | xargs -r dpkg-query -W \
    -f='${Package}\t${db:Status-Status}\t${db:Status-Want}\t${Version}\n' 2>/dev/null || true)
  while IFS=$'\t' read -r name print key; do
    text=/etc/apt/sources.list.d/platform-$name.sources
    [[ $(sha256sum <"/etc/apt/keyrings/platform-$name.asc") == "$key "* ]] || print=-
    printf 'source\t%s\t%s\t%s\n' "$name" "$print" "$(base64 -w0 -- "$text" || printf -- -)"
  done < <(cat "$STATE"/packages/sources/* || true) 2>/dev/null
}

units() {
  local notes=("$STATE"/units/*) note id name value i=0 enabled='' active=''
  [[ -e ${notes[0]} ]] || return 0
  while IFS='=' read -r name value; do
    case $name in
      UnitFileState) enabled=$value ;;
      ActiveState) active=$value ;;
      '')
        note=${notes[i++]}
        read -r id _ <"$note"
        printf 'unit\t%s\t%s\t%s\t%s\n' "$id" "${note##*/}" "${enabled:--}" "$active"
        enabled='' active=''
        ;;
    esac
  done < <(systemctl show --property=UnitFileState,ActiveState "${notes[@]##*/}" && echo)
}

look() {
  printf 'platform\t1\n'
  sets
  packages
  units
  printf 'end\n'
}

"$@" </dev/null
