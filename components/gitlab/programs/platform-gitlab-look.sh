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
# The body where the status is 200, else null.
json() { if [[ ${1##*$'\n'} == 200 ]]; then jq -c . <<<"${1%$'\n'*}" 2>/dev/null || echo null; else echo null; fi; }

migrations() {
  local question='select count(*) filter (where status not in (3, 6)), count(*) filter (where status = 4) from batched_background_migrations'
  timeout 30 docker exec "gitlab-$NAME" gitlab-psql -At -F ' ' -c "$question" 2>/dev/null | tail -n 1 || true
}

# Once in six hours; it is told the version and nothing else.
release() {
  local kept=$seen/$NAME.release asked
  if [[ $RELEASES == off ]]; then return; fi
  if [[ -n $(find "$kept" -mmin -360 2>/dev/null) && $(head -n 1 "$kept") == "$VERSION" ]]; then return; fi
  asked=$(printf '{"version":"%s-ee"}' "$VERSION" | base64 -w0)
  asked=$(json "$(curl -sS --max-time 10 -w '\n%{http_code}' -G --data-urlencode "gitlab_info=$asked" -H "Referer: https://$HOST/help" "$RELEASES" 2>/dev/null || true)")
  if [[ $asked != null ]]; then printf '%s\n%s\n' "$VERSION" "$asked" >"$kept"; fi
}

look() {
  local was ready
  was=$(cat "$seen/$NAME.json" 2>/dev/null) || was='{}'
  ready=$(get "http://$ADDRESS/-/readiness?all=1")
  release
  jq -cn --argjson was "$was" --arg status "$(of '{{.State.Status}}')" --arg restarts "$(of '{{.RestartCount}}')" \
    --arg id "$(of '{{.Id}}')" --arg memory "$(of '{{.State.OOMKilled}}')" --arg code "${ready##*$'\n'}" --arg body "${ready%$'\n'*}" \
    --argjson metadata "$(json "$(api metadata)")" --argjson sidekiq "$(json "$(api sidekiq/compound_metrics)")" \
    --arg migrations "$(migrations)" --argjson release "$(sed -n 2p "$seen/$NAME.release" 2>/dev/null | grep . || echo null)" \
    '(now | floor) as $now | ($restarts | tonumber? // 0) as $count | ($migrations | split(" ") | map(tonumber? // empty)) as $counted
    | {time: $now, id: $id, status: (if $status == "" then "not there" else $status end), oom: ($memory == "true"),
       gone: (if $status == "running" then null else $was.gone // $now end),
       restarts: ([$was | select(.id == $id) | .restarts[]? | select($now - .[0] <= 3600)] + [[$now, $count]]),
       code: ($code | tonumber? // 0), body: ($body | fromjson? // null), metadata: $metadata, sidekiq: $sidekiq,
       unfinished: $counted[0], failed: $counted[1], release: $release,
       waiting: (if ($counted[0] // 0) > 0 then $was.waiting // $now else null end)}' >"$seen/$NAME.json.new"
  mv -fT "$seen/$NAME.json.new" "$seen/$NAME.json"
}

install -d -m 0755 "$seen"
for note in /etc/platform-gitlab/*.conf; do
  # shellcheck source=/dev/null
  (. "$note" && look </dev/null) || echo "$note: could not be looked into" >&2
done
