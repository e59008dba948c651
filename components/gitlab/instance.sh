# shellcheck shell=bash disable=SC2034,SC2154
# What the scripts of an instance have in common. NAME is what it is called, HOST its name in the address bar, ADDRESS where
# its own nginx is reached from the machine, which is on the instance's list of who may ask for its health.
container=gitlab-$NAME
notes=/var/lib/platform-gitlab/$NAME # root's alone: its name, its token, the start that was seen to end
token=$notes/token

of() { docker inspect --type container --format "$2" "$1" 2>/dev/null || true; }
state() { of "$1" '{{.State.Status}}'; }

# Whether a reconfigure is under way in it, be it that of its start or another one, or an upgrade of its PostgreSQL.
reconfigures() {
  docker top "$container" -eo pid,args 2>/dev/null | grep -E '(gitlab|omnibus)-ctl .*(reconfigure|pg-upgrade)|cinc-client|chef-client' >/dev/null
}

# Whether the first reconfigure after its last start has ended. Noted, for its log is rotated.
reconfigured() {
  local started
  started=$(of "$container" '{{.Id}} {{.State.StartedAt}}')
  [[ -n $started ]] || return
  [[ $(cat "$notes/started" 2>/dev/null) != "$started" ]] || return 0
  docker logs --since "${started#* }" "$container" 2>&1 | grep -F 'gitlab Reconfigured!' >/dev/null || return
  [[ ${1:-} != note ]] || printf '%s\n' "$started" >"$notes/started"
}

ask() { curl -sS --max-time "${PATIENCE:-10}" -w '\n%{http_code}' -H "Host: $HOST" -H 'X-Forwarded-Proto: https' "$@" 2>&1 || true; }

# Asks the API as the platform's bot: METHOD PATH [more of curl's words]; the body, then the status in a last line.
api() {
  local method=$1 path=$2
  shift 2
  [[ -s $token ]] || return 0
  ask -X "$method" --config <(printf 'header = "PRIVATE-TOKEN: %s"\n' "$(<"$token")") "$@" "http://$ADDRESS/api/v4/$path"
}
status() { printf %s "${1##*$'\n'}"; }
body() { printf '%s\n' "${1%$'\n'*}"; }

# Runs a program by Rails with a secret, which goes by stdin.
rails() {
  local said
  said=$({ printf "host = '%s'\nsecret = '%s'\n" "$HOST" "$2" && printf '%s\n' "$1"; } | timeout 300 docker exec -i "$container" gitlab-rails runner - 2>&1) || {
    tail -n 10 <<<"${said//"$2"/[secret]}" >&2
    return 1
  }
  grep -qxF 'platform: done' <<<"$said"
}
