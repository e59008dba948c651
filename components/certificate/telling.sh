# shellcheck shell=bash disable=SC2153,SC2154
# What is served, in words: `tell` for a preview, `watch` as a monitoring plugin, which needs no rights.
: "${TEMPORARY_ISSUER:?}"

# For `check` of a Script: not the dates, for what the timer renews is no difference. Nothing while none was obtained.
tell() {
  local pem=$LINK/fullchain.pem names valid=false
  if [[ ! -f $LINK/directory ]]; then
    printf '{}\n'
    return
  fi
  names=$(openssl x509 -in "$pem" -noout -ext subjectAltName | grep -o 'DNS:[^, ]*' | cut -c 5- | LC_ALL=C sort | paste -sd ,)
  if openssl x509 -in "$pem" -noout -checkend 0 >/dev/null; then valid=true; fi
  printf '{"directory":"%s","names":["%s"],"valid":%s}\n' "$(<"$LINK/directory")" "${names//,/\",\"}" "$valid"
  printf 'told {"issuer":"%s"}\n' "$(openssl x509 -in "$pem" -noout -issuer -nameopt RFC2253 | cut -d = -f 2- | tr -dc '[:alnum:] =,.()-')"
}

# A renewal begins in the last third; whoever is in the last quarter has missed some.
watch() {
  local name now from to left code=0 words=() pem
  now=$(date +%s)
  for name in "${NAMES[@]}"; do
    pem=$(timeout 10 openssl s_client -connect 127.0.0.1:443 -servername "$(visited "$name")" </dev/null 2>/dev/null | openssl x509 2>/dev/null) || {
      printf 'CRITICAL: no certificate is served for %s\n' "$name"
      exit 2
    }
    from=$(date -d "$(date_of /dev/stdin start <<<"$pem")" +%s)
    to=$(date -d "$(date_of /dev/stdin end <<<"$pem")" +%s)
    left=$(((to - now) * 100 / (to - from)))
    words+=("$name has $left % of its life left, until $(date_of /dev/stdin end <<<"$pem")")
    if openssl x509 -noout -issuer -nameopt RFC2253 <<<"$pem" | grep -qF "CN=$TEMPORARY_ISSUER"; then
      words+=("$name has only its temporary certificate")
      code=2
    elif ((left < 12)); then
      code=2
    elif ((left < 25 && code < 1)); then
      code=1
    fi
  done
  case $code in 0) printf 'OK: ' ;; 1) printf 'WARNING: ' ;; *) printf 'CRITICAL: ' ;; esac
  printf '%s' "${words[0]}"
  printf '; %s' "${words[@]:1}"
  printf '\n'
  exit "$code"
}
