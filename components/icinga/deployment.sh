# shellcheck shell=bash disable=SC2154
# A STEP of a deployment of SITE on SITE_HOST, `begin` or `end`: Icinga is told by its own machine's program. A deployment goes on for
# SECONDS_MAX at most; CHANGE tells it from any other.
: "${STEP:?}" "${SITE:?}" "${SITE_HOST:?}" "${SECONDS_MAX:?}" "${CHANGE:?}"
program=/usr/local/sbin/platform-deployments

apply() {
  "$program" "$STEP" "$SITE" "$SITE_HOST" "$SECONDS_MAX"
}

check() {
  case $STEP in
    begin) "$program" lapsed "$SITE" "$SITE_HOST" ;;
    end) "$program" ended "$SITE" "$SITE_HOST" ;;
  esac
}

"$@" </dev/null
