# shellcheck shell=bash disable=SC2034
# Logs in at RELAY as the GitLab NAME does, once for each change of these values, and sends nothing. A relay that GitLab could not
# reach would only be noticed by people who wait for a mail.
: "${NAME:?}" "${RELAY:?}" "${PORT:?}" "${LOGIN:?}" "${PASSWORD:?}" "${HOST:?}"

AUTH=LOGIN # as gitlab.rb has it

apply() {
  local code=0
  curl -sS -o /dev/null --connect-timeout 30 --max-time 60 --ssl-reqd --request NOOP --config <(settings) || code=$?
  ((code == 0)) || fail "$NAME: the relay $RELAY:$PORT (\`smtp\`): $(reason "$code" || printf 'it does not take the login, which ended with %s' "$code"). Nothing of the GitLab was changed; run again then, \
or leave this out by \`skipPreflight: [mail]\`"
}

"$@" </dev/null
