#!/bin/bash
# Makes the gitlab.rb of an instance take effect: `reconfigure INSTANCE MADE`, where MADE stands for what its container is to be
# made from. One that does not run, or is about to be replaced, reads the file when it starts.
set -euo pipefail
name=${2:?} made=${3:?}
container=gitlab-$name

of() { docker inspect --type container --format "$1" "$container" 2>/dev/null || true; }
settled() {
  [[ $(of '{{.State.Status}}') == running ]] || return 0
  ! docker top "$container" -eo pid,args 2>/dev/null | grep -E '(gitlab|omnibus)-ctl .*reconfigure|cinc-client|chef-client' >/dev/null
}

# Its words name files and services; a line that may name a secret is left out.
words() { grep -viE 'passw|token|secret|licen' "$1" | tail -n 20 >&2 || true; }

reconfigure() {
  [[ $(of '{{.State.Status}}') == running && $(of '{{index .Config.Labels "platform.made"}}') == "$made" ]] || return 0
  SECONDS=0
  until settled; do
    ((SECONDS < 240)) || {
      echo "$name: another reconfigure has not ended for 4 minutes: wait until it has, then run again" >&2
      exit 1
    }
    sleep 1
  done
  [[ $(of '{{.State.Status}}') == running ]] || return 0
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  docker exec "$container" gitlab-ctl reconfigure >"$log" 2>&1 || {
    words "$log"
    echo "$name: GitLab did not take the new gitlab.rb (see above)" >&2
    exit 1
  }
}

case "${1:-} $#" in
  "reconfigure 3") reconfigure </dev/null ;;
  *)
    echo "usage: platform-gitlab reconfigure INSTANCE MADE" >&2
    exit 2
    ;;
esac
