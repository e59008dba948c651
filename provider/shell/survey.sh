# shellcheck shell=bash
# Tells how things are that nobody has noted on this machine, in the words of look.sh, as if they were noted for ID:
# PATHS, PACKAGES, UNIT. Unlike look.sh it tells whole texts, secret ones too, for they are to become inputs.
# shellcheck disable=SC2016,SC2153 # dpkg-query expands its format itself

files() {
  local path
  printf 'set\t%s\twhole\n' "$ID"
  for path in "${PATHS[@]}"; do printf '%s\t%s\n' "$ID" "$path"; done | paths 4194304 # 4 MiB: more is no configuration
}

packages() {
  local format='${db:Status-Status}\tpackage\t${Package}\t${Version}\t${db:Status-Want}\n'
  printf 'packages\t%s\n' "$ID"
  # One that dpkg does not know makes the status 1; anything else is no answer.
  { dpkg-query -W -f="$format" "${PACKAGES[@]}" 2>/dev/null || (($? == 1)); } | sed -n 's/^installed\t//p'
  printf 'changed\t%s\t%s\n' "$ID" "$(unpacked "${PACKAGES[@]}")"
}

unit() {
  local load enabled active
  load=$(systemctl show --property=LoadState --value "$UNIT")
  enabled=$(systemctl show --property=UnitFileState --value "$UNIT")
  active=$(systemctl show --property=ActiveState --value "$UNIT")
  if [[ $load == not-found ]]; then enabled=not-found; fi
  printf 'unit\t%s\t%s\t%s\t%s\n' "$ID" "$UNIT" "${enabled:--}" "$active"
}

look() {
  check_release
  printf '\nplatform\t1\n'
  ((${#PATHS[@]} == 0)) || files
  ((${#PACKAGES[@]} == 0)) || packages
  [[ -z $UNIT ]] || unit
  printf 'end\n'
}

"$@" </dev/null
