#!/bin/bash
# A plugin of Icinga: whether the relay ADDRESS at PORT takes mail over TLS that is to be trusted, and offers a login by PLAIN, which
# is what Discourse uses. It logs in by nothing and sends nothing.
set -euo pipefail
shopt -s inherit_errexit

# Prints one line and ends: the plugin's number, its word, and what there is to say.
end() {
  printf 'MAIL %s: %s\n' "$2" "$3"
  exit "$1"
}

[[ $* =~ ^--timeout\ ([1-9][0-9]*)\ ([A-Za-z0-9.-]+)\ ([1-9][0-9]*)$ ]] || end 3 UNKNOWN "usage: check-mail --timeout SECONDS ADDRESS PORT"
timeout=${BASH_REMATCH[1]} address=${BASH_REMATCH[2]} port=${BASH_REMATCH[3]}
scheme=smtp
if [[ $port == 465 ]]; then scheme=smtps; fi

# What the end of curl means (curl(1), EXIT CODES).
reason() {
  case $1 in
    6) echo "it has no address" ;;
    7) echo "it does not answer" ;;
    28) echo "it does not answer within $timeout s" ;;
    35 | 60) echo "its certificate or TLS is not to be trusted" ;;
    64) echo "it offers no STARTTLS" ;;
    *) echo "it breaks off the talk, which ended with $1" ;;
  esac
}

# NOOP is for everybody (RFC 5321, 4.1.1.9); the talk is on stderr, an answer's lines after "< ".
code=0
begun=$(date +%s%N)
talk=$(curl -q -v -sS --noproxy '*' --ssl-reqd --max-time "$timeout" -X NOOP "$scheme://$address:$port" 2>&1 >/dev/null) || code=$?
took=$((($(date +%s%N) - begun) / 1000000))
((code == 0)) || end 2 CRITICAL "$address:$port: $(reason "$code")"
# What is offered before TLS does not count.
offered=$(tr -d '\r' <<<"$talk" | awk '/^< 250[- ]AUTH / { auth = $0 } /^> STARTTLS/ { auth = "" } END { print auth }')
[[ " ${offered,,} " == *" plain "* ]] || end 2 CRITICAL "$address:$port offers no login by PLAIN"
end 0 OK "$address:$port takes mail over TLS | time=${took}ms"
