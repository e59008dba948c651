# shellcheck shell=bash
# Tells how everything is that the platform manages on this machine, in one go: lines of words with tabs between,
# from `platform 1` to `end`; manifest.ts reads them. Of a secret file only a salted digest leaves the machine.

sets() {
  local set path own secret lines='' stands
  for set in "$STATE"/sets/*; do
    [[ -f $set/paths && -f $set/secrets ]] || continue
    stands=whole
    if [[ ! -f $set/active || -e $set/journal || -e $set/committed || -e $set/leaving ]]; then stands=broken; fi
    printf 'set\t%s\t%s\n' "${set##*/}" "$stands"
    if [[ -e $set/journal || -e $set/committed ]]; then continue; fi # a file may be secret by now, and not noted yet
    mapfile -t own <"$set/paths"
    mapfile -t secret <"$set/secrets"
    for path in "${own[@]}"; do
      if [[ " ${secret[*]} " == *" $path "* ]]; then path+=$'\t'$set/salt; fi
      lines+="${set##*/}"$'\t'$path$'\n'
    done
  done
  printf %s "$lines" | paths
}

# shellcheck disable=SC2016 # dpkg-query expands its format itself
packages() {
  local wanted=("$STATE"/packages/wanted/*) name status want version print key text installed
  [[ -e ${wanted[0]} ]] || return 0
  printf 'packages\t%s\n' "${wanted[@]##*/}"
  # One that is not there makes the status 123; anything else is no answer, and absent is only what dpkg says.
  installed=$(cut -f1 "${wanted[@]}" | sort -u | xargs -r dpkg-query -W \
    -f='${Package}\t${db:Status-Status}\t${db:Status-Want}\t${Version}\n' 2>/dev/null) || (($? == 123))
  while IFS=$'\t' read -r name status want version; do
    [[ $status != installed ]] || printf 'package\t%s\t%s\t%s\n' "$name" "$version" "$want"
  done <<<"$installed"
  while IFS=$'\t' read -r name print key; do
    text=/etc/apt/sources.list.d/platform-$name.sources
    [[ $(sha256sum <"/etc/apt/keyrings/platform-$name.asc") == "$key "* ]] || print=-
    printf 'source\t%s\t%s\t%s\n' "$name" "$print" "$(base64 -w0 -- "$text" || printf -- -)"
  done < <(cat "$STATE"/packages/sources/* || true) 2>/dev/null
}

units() {
  local notes=("$STATE"/units/*) id name value i=0 enabled='' active='' told
  [[ -e ${notes[0]} ]] || return 0
  told=$(systemctl show --property=UnitFileState,ActiveState "${notes[@]##*/}")
  while IFS='=' read -r name value; do
    case $name in
      UnitFileState) enabled=$value ;;
      ActiveState) active=$value ;;
      '')
        read -r id _ <"${notes[i]}"
        printf 'unit\t%s\t%s\t%s\t%s\n' "$id" "${notes[i]##*/}" "${enabled:--}" "$active"
        enabled='' active='' i=$((i + 1))
        ;;
    esac
  done <<<"$told"$'\n'
  ((i == ${#notes[@]})) || fail "systemd tells of $i units, not of ${#notes[@]}"
}

directories() {
  local note path lost is
  for note in "$STATE"/data/*; do
    [[ -s $note/path ]] || continue
    path=$(<"$note/path") lost=$(loss "$note")
    is=$([[ ! -d $path ]] || stat -L -c $'%a\t%u\t%U\t%g\t%G' "$path")
    printf 'data\t%s\t%s\t%s\t%s\t%s\t%s\n' "${note##*/}" "$path" \
      "$([[ -f $note/place ]] && echo whole || echo broken)" "${lost:--}" "$(quota_of "$note")" "${is:--}"
  done
}

look() {
  printf '\nplatform\t1\n' # a profile may have printed something without a line's end
  sets
  packages
  units
  directories
  scripts
  printf 'end\n'
}

"$@" </dev/null
