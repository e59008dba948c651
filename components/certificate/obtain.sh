# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# Asks the ACME authority at DIRECTORY (with its own root, CA, where it has one) for a certificate for NAMES of the kind
# KEY_TYPE. lego keeps account, certificate and key below HOME_DIRECTORY; nothing here touches what nginx serves.
: "${SITE:?}" "${DIRECTORY:?}" "${EMAIL:?}" "${KEY_TYPE:?}" "${HOME_DIRECTORY:?}" "${LINK:?}" "${MANNER:?}"
account=$HOME_DIRECTORY/lego
chain=$account/certificates/${NAMES[0]}.crt
key=$account/certificates/${NAMES[0]}.key
wanted="$DIRECTORY $MANNER ${NAMES[*]}"

fail() {
  printf '%s: %s\n' "$(uname -n)" "$*" >&2
  exit 1
}

# A name that somebody visits, for one that stands for many.
visited() { printf '%s' "${1/#\*./any.}"; }

# A date of the certificate in $1: `start` or `end`, as people and `date` read it.
date_of() { openssl x509 -in "$1" -noout "-${2}date" | cut -d = -f 2; }

# Whether what lego has is for what is wanted now, and came whole.
obtained() { [[ -s $chain && -s $key && -f $account/for && $(<"$account/for") == "$wanted" ]]; }

# Whether the certificate in $1 has more than a third of its life left, however long that is.
fresh() {
  local from to
  from=$(date -d "$(date_of "$1" start)" +%s)
  to=$(date -d "$(date_of "$1" end)" +%s)
  ((($(date +%s) - from) * 3 < (to - from) * 2))
}

ask() {
  local name arguments=()
  for name in "${NAMES[@]}"; do arguments+=(--domains "$name"); done
  printf '%s' "$CA" >"$HOME_DIRECTORY/ca.pem"
  rm -f "$account/for"
  told lego --path "$account" --server "$DIRECTORY" --accept-tos --email "$EMAIL" --key-type "$KEY_TYPE" \
    "${arguments[@]}" "${challenge[@]}" run >"$HOME_DIRECTORY/said" 2>&1 || {
    problem=$(last_words "$HOME_DIRECTORY/said")
    return 1
  }
  printf '%s' "$wanted" >"$account/for"
}

# What visitors see meanwhile is the end of each failure: nothing has changed for them.
obtain() {
  install -d -m 0700 "$HOME_DIRECTORY"
  exec 8>>"$HOME_DIRECTORY/lock"
  flock -w 300 8 || fail "another run has asked for this certificate for 5 minutes: see \`systemctl list-jobs\`"
  if obtained && fresh "$chain"; then
    printf 'not due: the certificate of %s ends on %s\n' "$SITE" "$(date_of "$chain" end)"
  else
    { answers && ask; } ||
      fail "the certificate for ${NAMES[*]} was not obtained from $DIRECTORY: $problem
The one in place ends on $(date_of "$LINK/fullchain.pem" end) and serves until then; it is tried again twice a day."
  fi
  exec 8>&-
}
