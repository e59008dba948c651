# shellcheck shell=bash disable=SC2154
# How curl is told of a relay, and what it means when that does not take a login. RELAY and PORT are where it is, LOGIN and
# PASSWORD what it is asked with, by AUTH (PLAIN or LOGIN), and HOST the name that it is greeted with.

# A login or password may hold what an address sets apart by.
encoded() { printf %s "$1" | jq -Rr @uri; }

# What curl reads from a descriptor, for a command line is no place for a password.
settings() {
  local scheme=smtp
  if [[ $PORT == 465 ]]; then scheme=smtps; fi
  printf 'url = "%s://%s:%s;AUTH=%s@%s:%s/%s"\n' "$scheme" "$(encoded "$LOGIN")" "$(encoded "$PASSWORD")" "$AUTH" "$RELAY" "$PORT" "$HOST"
}

# What the end of curl means for the person who must act (curl(1), EXIT CODES); fails where it says too little.
# shellcheck disable=SC2016
reason() {
  case $1 in
    6) printf 'it has no address: correct `address`, or see whether the machine can ask DNS' ;;
    7 | 28) printf 'it does not answer: see whether a firewall is between, and whether `port` is right; many providers close 25' ;;
    35 | 60) printf 'its certificate or TLS is not to be trusted: see that the certificate is for this name, and of an authority that Debian knows' ;;
    64) printf 'it offers no STARTTLS, without which the password would be readable on the way: take another `port`' ;;
    67) printf 'it refuses the login: correct `user` and `password`, and see that it offers a login by %s' "$AUTH" ;;
    *) return 1 ;;
  esac
}
