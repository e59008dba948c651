# shellcheck shell=bash disable=SC2034
# Logs in at RELAY as the forum does, and sends a test mail from SENDER to RECIPIENT; once for each change of these values. The
# relay has to offer TLS and a login by PLAIN, which is what Discourse uses.
: "${RELAY:?}" "${PORT:?}" "${LOGIN:?}" "${PASSWORD:?}" "${SENDER:?}" "${RECIPIENT:?}" "${HOST:?}"

AUTH=PLAIN # as Discourse has it

message() {
  printf '%s\n' "From: <$SENDER>" "To: <$RECIPIENT>" "Subject: $HOST can send mail" "Date: $(date -R)" \
    "Message-ID: <platform-$(date +%s%N)@$HOST>" "Auto-Submitted: auto-generated" "Content-Type: text/plain; charset=us-ascii" "" \
    "This mail came through $RELAY, by the login that the forum at $HOST uses." \
    "You get one whenever that changes. There is nothing to do."
}

# What the end of curl means, where a mail was sent, too.
why() {
  case $1 in
    55 | 56) printf 'it takes the login and refuses the mail: see that it lets this login send from %s to %s' "$SENDER" "$RECIPIENT" ;;
    *) reason "$1" || printf 'it does not take the mail, which ended with %s' "$1" ;;
  esac
}

apply() {
  local code=0
  message | curl -sS --connect-timeout 30 --max-time 60 --crlf --ssl-reqd --mail-from "$SENDER" --mail-rcpt "$RECIPIENT" \
    --upload-file - --config <(settings) || code=$?
  ((code == 0)) || fail "the relay $RELAY:$PORT (\`forum.smtp\`): $(why "$code"). Nothing of the forum was changed; run again then, or \
leave this out by \`forum.skipPreflight: [mail]\`"
}

"$@" </dev/null
