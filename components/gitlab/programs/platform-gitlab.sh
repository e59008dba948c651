#!/bin/bash
# Makes the gitlab.rb of an instance take effect: `reconfigure INSTANCE MADE`, where MADE stands for what its container is to be
# made from. One that does not run, or is about to be replaced, reads the file when it starts.
set -euo pipefail
name=${2:?} made=${3:?}
container=gitlab-$name

# Who calls it ends it after COMMAND_SECONDS. Until then it has said itself what is not done.
most=${COMMAND_SECONDS:-120}
limit=$((most - (most < 50 ? most / 5 : 10)))

of() { docker inspect --type container --format "$1" "$container" 2>/dev/null || true; }
running() { [[ $(of '{{.State.Status}}') == running ]]; }
settled() {
  running || return 0
  ! docker top "$container" -eo pid,args 2>/dev/null | grep -E '(gitlab|omnibus)-ctl .*(reconfigure|pg-upgrade)|cinc-client|chef-client' >/dev/null
}

# Its words name files and services; a line that may name a secret is left out.
words() { grep -viE 'passw|token|secret|licen' "$1" | tail -n 20 >&2 || true; }

give_up() {
  echo "$name: $1" >&2
  exit 1
}

# A reconfigure is never broken off, for that may leave the database half migrated: one under way is waited for, and one that
# takes too long runs on in the container when this program and its docker are gone. The file is read anew after it.
reconfigure() {
  local advice="see what it does (\`docker top $container\` on the machine), wait until it has ended or raise bootSeconds, then run again"
  running && [[ $(of '{{index .Config.Labels "platform.made"}}') == "$made" ]] || return 0
  until settled; do
    ((SECONDS < limit)) || give_up "another reconfigure has not ended within $limit s and runs on in the container: $advice"
    sleep 1
  done
  running || return 0
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  timeout --kill-after=1 "$((SECONDS < limit ? limit - SECONDS : 1))" docker exec "$container" gitlab-ctl reconfigure >"$log" 2>&1 || {
    words "$log"
    if ((SECONDS >= limit)); then
      settled || on=" and runs on in the container"
      give_up "gitlab-ctl reconfigure has not ended within $limit s${on:-}: $advice"
    fi
    give_up "GitLab did not take the new gitlab.rb (see above)"
  }
}

case "${1:-} $#" in
  "reconfigure 3") reconfigure </dev/null ;;
  *)
    echo "usage: platform-gitlab reconfigure INSTANCE MADE" >&2
    exit 2
    ;;
esac
