#!/bin/bash
# Looks into all GitLab instances of the machine, as root, by a timer: for who may ask Docker or has the token may do all. What it
# saw is read by check-gitlab. An instance that does not answer leaves the other ones alone.
set -euo pipefail
shopt -s nullglob
seen=/run/platform-gitlab

of() { docker inspect --type container --format "$1" "gitlab-$NAME" 2>/dev/null || true; }

# The body of an answer and, in a last line, its status.
get() {
  curl -sS --max-time 10 -w '\n%{http_code}' -H "Host: $HOST" -H 'X-Forwarded-Proto: https' "$@" 2>/dev/null || true
}
api() {
  local token=/var/lib/platform-gitlab/$NAME/token
  [[ -s $token ]] || return 0
  get --config <(printf 'header = "PRIVATE-TOKEN: %s"\n' "$(<"$token")") "http://$ADDRESS/api/v4/$1"
}
# The one object that is in a file or an answer, else null: a file may be cut, and an answer be anything.
object() { jq -cse 'select(length == 1)[0] | objects' "$@" 2>/dev/null || echo null; }
# The body where the status is 200, else null.
json() { if [[ ${1##*$'\n'} == 200 ]]; then object <<<"${1%$'\n'*}"; else echo null; fi; }

migrations() {
  local question='select count(*) filter (where status not in (3, 6)), count(*) filter (where status = 4) from batched_background_migrations'
  timeout 30 docker exec "gitlab-$NAME" gitlab-psql -At -F ' ' -c "$question" 2>/dev/null | tail -n 1 || true
}

# Puts what it reads in place of a file, as a whole.
keep() { cat >"$1.new" && mv -fT "$1.new" "$1"; }

# What GitLab's makers say of its version. Asked once in six hours; they are told the version and nothing else.
release() {
  local kept=$seen/$NAME.release said=null asked
  if [[ $RELEASES == off ]]; then echo null && return; fi
  if [[ $(head -n 1 "$kept" 2>/dev/null) == "$VERSION" ]]; then said=$(sed 1d "$kept" | object); fi
  if [[ $said == null || -z $(find "$kept" -mmin -360) ]]; then
    asked=$(printf '{"version":"%s-ee"}' "$VERSION" | base64 -w0)
    asked=$(json "$(curl -sS --max-time 10 -w '\n%{http_code}' -G --data-urlencode "gitlab_info=$asked" "$RELEASES" 2>/dev/null || true)")
    if [[ $asked != null ]]; then
      said=$asked
      printf '%s\n%s\n' "$VERSION" "$asked" | keep "$kept" || true
    fi
  fi
  echo "$said"
}

# Nothing ends it by itself where it is called: each step that may fail says so.
look() {
  local was ready own seen_now
  was=$(object "$seen/$NAME.json") ready=$(get "http://$ADDRESS/-/readiness?all=1") own=$(api personal_access_tokens/self)
  seen_now=$(jq -cn --argjson was "$was" --arg status "$(of '{{.State.Status}}')" --arg restarts "$(of '{{.RestartCount}}')" \
    --arg id "$(of '{{.Id}}')" --arg memory "$(of '{{.State.OOMKilled}}')" --arg code "${ready##*$'\n'}" --arg body "${ready%$'\n'*}" \
    --argjson metadata "$(json "$(api metadata)")" --argjson sidekiq "$(json "$(api sidekiq/compound_metrics)")" \
    --arg migrations "$(migrations)" --argjson release "$(release)" --arg answer "${own##*$'\n'}" --argjson own "$(json "$own")" \
    'def day: [.[:10]? + "T00:00:00Z" | fromdate? / 86400][0];
    (now | floor) as $now | ($restarts | tonumber? // 0) as $count | ($migrations | split(" ") | map(tonumber? // empty)) as $counted
    | ($own.expires_at | day) as $last
    | {time: $now, id: $id, status: (if $status == "" then "not there" else $status end), oom: ($memory == "true"),
       gone: (if $status == "running" then null else $was.gone // $now end),
       restarts: ([$was | select(.id == $id) | .restarts[]? | select($now - .[0] <= 3600)] + [[$now, $count]]),
       code: ($code | tonumber? // 0), body: ($body | fromjson? // null), metadata: $metadata, sidekiq: $sidekiq,
       unfinished: $counted[0], failed: $counted[1], release: $release,
       waiting: (if ($counted[0] // 0) > 0 then $was.waiting // $now else null end),
       token: {code: ($answer | tonumber? // 0),
         left: (if $last then $last - ($now / 86400 | floor) else null end),
         life: (if $last then $last - ($own.created_at | day) else null end)}}') &&
    printf '%s\n' "$seen_now" | keep "$seen/$NAME.json"
}

install -d -m 0755 "$seen"
for note in /etc/platform-gitlab/*.conf; do
  # shellcheck source=/dev/null
  (. "$note" && look </dev/null) || echo "$note: could not be looked into" >&2
done
