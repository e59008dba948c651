# shellcheck shell=bash
# Logs in at RELAY as the GitLab NAME does, once for each change of these values, and sends nothing. A relay that GitLab could not
# reach would only be noticed by people who wait for a mail.
: "${NAME:?}" "${RELAY:?}" "${PORT:?}" "${LOGIN:?}" "${PASSWORD:?}" "${HOST:?}"

# A login or password may hold what an address sets apart by.
encoded() { printf %s "$1" | jq -Rr @uri; }

# What curl reads from a descriptor, for a command line is no place for a password.
settings() {
  local scheme=smtp
  if [[ $PORT == 465 ]]; then scheme=smtps; fi
  printf 'url = "%s://%s:%s;AUTH=LOGIN@%s:%s/%s"\n' "$scheme" "$(encoded "$LOGIN")" "$(encoded "$PASSWORD")" "$RELAY" "$PORT" "$HOST"
}

# What the end of curl means for the person who must act (curl(1), EXIT CODES).
# shellcheck disable=SC2016
reason() {
  case $1 in
    6) printf 'it has no address: correct `address`, or see whether the machine can ask DNS' ;;
    7 | 28) printf 'it does not answer: see whether a firewall is between, and whether `port` is right; many providers close 25' ;;
    35 | 60) printf 'its certificate or TLS is not to be trusted: see that the certificate is for this name, and of an authority that Debian knows' ;;
    64) printf 'it offers no STARTTLS, without which the password would be readable on the way: take another `port`' ;;
    67) printf 'it refuses the login: correct `user` and `password`, and see that it offers a login by LOGIN' ;;
    *) printf 'it does not take the login, which ended with %s' "$1" ;;
  esac
}

apply() {
  local code=0
  curl -sS -o /dev/null --connect-timeout 30 --max-time 60 --ssl-reqd --request NOOP --config <(settings) || code=$?
  ((code == 0)) || fail "$NAME: the relay $RELAY:$PORT (\`smtp\`): $(reason "$code"). Nothing of the GitLab was changed; run again then, \
or leave this out by \`skipPreflight: [mail]\`"
}

"$@" </dev/null
