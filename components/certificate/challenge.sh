# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# How the authority finds out that NAMES are ours: over HTTP by what lies in WEBROOT, or, where there is a DNS_PROVIDER, by
# records that lego has it make. What that is to know lies in DNS_ENVIRONMENT, whose DNS_SECRETS nobody else is told.
: "${WEBROOT:?}" "${DNS_ENVIRONMENT:?}" "${DNS_HOOK:?}"
challenge=(--http --http.webroot "$WEBROOT")
seconds=240
if [[ -n $DNS_PROVIDER ]]; then
  challenge=(--dns "$DNS_PROVIDER")
  for resolver in "${DNS_RESOLVERS[@]}"; do challenge+=(--dns.resolvers "$resolver"); done
  seconds=540 # a record may take minutes until all servers of a name have it
fi

# The authority would ask in vain for what this machine itself cannot get from its nginx, and it counts failures.
answers() {
  local token name address
  [[ -z $DNS_PROVIDER ]] || return 0
  token=platform-$RANDOM$RANDOM
  install -d -m 0755 "$WEBROOT" "$WEBROOT/.well-known" "$WEBROOT/.well-known/acme-challenge"
  printf '%s' "$token" >"$WEBROOT/.well-known/acme-challenge/$token"
  for name in "${NAMES[@]}"; do
    for address in 127.0.0.1 '[::1]'; do
      [[ $(curl -sS --max-time 10 --resolve "$name:80:$address" "http://$name/.well-known/acme-challenge/$token" 2>&1) == "$token" ]] ||
        problem="nginx on this machine does not answer the authority's question for $name at $address, port 80"
    done
  done
  rm -f "$WEBROOT/.well-known/acme-challenge/$token"
  [[ -z ${problem:-} ]]
}

# Runs lego with what its DNS provider is to know: in its environment, which root alone can read (proc(5)).
told() (
  if [[ -n $CA ]]; then export LEGO_CA_CERTIFICATES=$HOME_DIRECTORY/ca.pem; fi
  if [[ -n $DNS_PROVIDER ]]; then
    set -a
    EXEC_PATH=$DNS_HOOK
    # shellcheck source=/dev/null
    . "$DNS_ENVIRONMENT"
    set +a
  fi
  exec timeout --kill-after=10 "$seconds" "$@"
)

# The end of what lego said, which may repeat what it was told; what is short is a number of seconds rather than a secret.
last_words() (
  declare text name value
  text=$(tail -n 12 "$1" | grep -v '\[INFO\]' || tail -n 12 "$1")
  if [[ -n $DNS_PROVIDER ]]; then
    # shellcheck source=/dev/null
    . "$DNS_ENVIRONMENT"
    for name in "${DNS_SECRETS[@]}"; do
      value=${!name}
      if ((${#value} > 5)); then text=${text//"$value"/***}; fi
    done
  fi
  printf '%s' "$text"
)
