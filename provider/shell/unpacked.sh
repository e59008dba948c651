# shellcheck shell=bash
# When the newest of these packages was unpacked (UTC): dpkg writes the list of its files anew each time. Nothing when
# none of them is there.
unpacked() {
  local package lists=() newest
  for package in "$@"; do lists+=("/var/lib/dpkg/info/$package"{,:*}.list); done
  newest=$(stat -c %Y "${lists[@]}" 2>/dev/null | sort -n | tail -n 1) || true
  [[ -z $newest ]] || date -u -d "@$newest" +%FT%TZ
}
