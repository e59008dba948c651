# shellcheck shell=bash disable=SC2034,SC2154
# Keeps PACKAGE, the stack's own configuration package in Icinga: TEXT is its one file. In it stands a command MARKER, and in
# its variables ID: what counts is what the running worker has. PLUGINS are the programs that this machine has to run itself.
: "${PACKAGE:?}" "${TEXT:?}" "${MARKER:?}" "${ID:?}"

apply() {
  local old
  need_plugins
  need GET /v1
  jq -e '.results[0].permissions | index("config/modify")' <<<"$answer" >/dev/null ||
    fail "Icinga does not let the platform change its configuration: it knows it as $(jq -c '.results[0]' <<<"$answer")"
  see_active
  [[ $active != none ]] || need POST "/v1/config/packages/$PACKAGE" <<<'{}'
  put "$TEXT" "$ID"
  need GET /v1/config/packages
  for old in $(jq -r --arg name "$PACKAGE" '.results[] | select(.name == $name) | .stages[]' <<<"$answer"); do
    [[ $old == "$stage" ]] || need DELETE "/v1/config/stages/$PACKAGE/$old"
  done
}

# Has Icinga run with a text; what it refuses changes nothing, and is told with whose line it is.
put() {
  upload "$1" '{}'
  await_verdict
  [[ -z $refusal ]] || fail "Icinga refuses the checks, and goes on with what it had; $(culprits)"$'\n'"$refusal"
  await_live "$2"
}

# Icinga itself does not look whether a plugin is there.
need_plugins() {
  local plugin
  for plugin in "${PLUGINS[@]}"; do
    runuser -u nagios -- test -x "$plugin" || fail "$plugin is no program that nagios may run here, and a check needs it: install it, or take the check away"
  done
}

# What is live, whether it is what lies on the disk, and what Icinga would say of TEXT when that is something else. Asked by
# a preview with what `apply` would bring, it is a dry run: a stage that is judged, never activated, and taken away again.
check() {
  local sum accepted=true
  PATIENCE=8
  see_active
  see_live
  if [[ -z $live && $active == none ]]; then
    say '{}'
    return
  fi
  ask GET "/v1/config/files/$PACKAGE/$active/$file"
  sum=$(printf %s "$answer" | sha256sum | cut -c 1-16)
  if [[ $live != "$ID" ]]; then accepted=$(dry_run); fi
  jq -cnS --arg id "${live:-none}" --arg file "$sum" --argjson accepted "$accepted" \
    --argjson live "$([[ -n $from && $from == "$active" ]] && echo true || echo false)" '{accepted: $accepted, file: $file, id: $id, live: $live}'
}

# Prints `true`, or in JSON why not.
dry_run() {
  upload "$TEXT" '{"activate":false,"reload":false}'
  await_verdict
  if [[ -n $refusal ]]; then
    jq -n --arg why "$(culprits)" '"no: " + $why'
    return
  fi
  ask DELETE "/v1/config/stages/$PACKAGE/$stage"
  say true
}

# An empty stage first: Icinga judges that one, and refuses it while somebody else needs what the package has.
remove() {
  see_active
  if [[ $active == none ]]; then return; fi
  put '' ''
  need DELETE "/v1/config/packages/$PACKAGE"
}

"$@" </dev/null
