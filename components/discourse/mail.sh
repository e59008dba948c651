# shellcheck shell=bash
# Logs in at RELAY as the forum does, and sends a test mail from SENDER to RECIPIENT; once for each change of these values. The
# relay has to offer TLS and a login by PLAIN, which is what Discourse uses.
: "${RELAY:?}" "${PORT:?}" "${LOGIN:?}" "${PASSWORD:?}" "${SENDER:?}" "${RECIPIENT:?}" "${HOST:?}"

# A login or password may hold what an address sets apart by.
encoded() { printf %s "$1" | jq -Rr @uri; }

# What curl reads from a descriptor, for a command line is no place for a password.
settings() {
  local scheme=smtp
  if [[ $PORT == 465 ]]; then scheme=smtps; fi
  printf 'url = "%s://%s:%s;AUTH=PLAIN@%s:%s/%s"\n' "$scheme" "$(encoded "$LOGIN")" "$(encoded "$PASSWORD")" "$RELAY" "$PORT" "$HOST"
}

message() {
  printf '%s\n' "From: <$SENDER>" "To: <$RECIPIENT>" "Subject: $HOST can send mail" "Date: $(date -R)" \
    "Message-ID: <platform-$(date +%s%N)@$HOST>" "Auto-Submitted: auto-generated" "Content-Type: text/plain; charset=us-ascii" "" \
    "This mail came through $RELAY, by the login that the forum at $HOST uses." \
    "You get one whenever that changes. There is nothing to do."
}

# What the end of curl means for the person who must act (curl(1), EXIT CODES).
# shellcheck disable=SC2016
reason() {
  case $1 in
    6) printf 'it has no address: correct `address`, or see whether the machine can ask DNS' ;;
    7 | 28) printf 'it does not answer: see whether a firewall is between, and whether `port` is right; many providers close 25' ;;
    35 | 60) printf 'its certificate or TLS is not to be trusted: see that the certificate is for this name, and of an authority that Debian knows' ;;
    64) printf 'it offers no STARTTLS, without which the password would be readable on the way: take another `port`' ;;
    67) printf 'it refuses the login: correct `user` and `password`, and see that it offers a login by PLAIN' ;;
    55 | 56) printf 'it takes the login and refuses the mail: see that it lets this login send from %s to %s' "$SENDER" "$RECIPIENT" ;;
    *) printf 'it does not take the mail, which ended with %s' "$1" ;;
  esac
}

apply() {
  local code=0
  message | curl -sS --connect-timeout 30 --max-time 60 --crlf --ssl-reqd --mail-from "$SENDER" --mail-rcpt "$RECIPIENT" \
    --upload-file - --config <(settings) || code=$?
  ((code == 0)) || fail "the relay $RELAY:$PORT (\`forum.smtp\`): $(reason "$code"). Nothing of the forum was changed; run again then, or \
leave this out by \`forum.skipPreflight: [mail]\`"
}

"$@" </dev/null
