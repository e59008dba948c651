# shellcheck shell=bash disable=SC2154
# Lets LOGIN talk with Docker, as the Docker provider does over SSH: it is a member of the group `docker`, which is as good as
# being root (docs.docker.com/engine/security). It counts from the next login on.
: "${LOGIN:?}"

member() { id -nG "$LOGIN" | tr ' ' '\n' | grep -qx docker; }

apply() {
  id "$LOGIN" >/dev/null || fail "there is no login $LOGIN here: correct \`user\`, or make it, then run again"
  if member; then return; fi
  usermod --append --groups docker "$LOGIN" || fail "$LOGIN could not be made a member of docker (see above)"
}

check() { if member; then say '{"member":true}'; else say '{"member":false}'; fi; }

remove() {
  if member 2>/dev/null; then gpasswd --delete "$LOGIN" docker >/dev/null; fi
}

"$@" </dev/null
