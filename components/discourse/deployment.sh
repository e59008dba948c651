# shellcheck shell=bash
# A STEP of a deployment: `begin` closes SITE to its visitors, for SECONDS_MAX at most, and `end` opens it. It runs once
# for each CHANGE of what the container is made from.
: "${STEP:?}" "${SITE:?}" "${SECONDS_MAX:?}" "${CHANGE:?}"

apply() {
  # Before the machine has a proxy that serves it, nobody is to be shut out.
  [[ -r /etc/nginx/platform/maintenance/$SITE.conf ]] || return 0
  /usr/local/sbin/platform-maintenance "$STEP" "$SITE" "$SECONDS_MAX"
}

"$@" </dev/null
