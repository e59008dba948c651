# shellcheck shell=bash disable=SC2034,SC2154
# Keeps PACKAGE, the stack's own configuration package in Icinga: TEXT is its one file. In it stands a command MARKER, and in
# its variables ID: what counts is what the running worker has. PLUGINS are the programs that this machine has to run itself, AGENTS
# the machines that others run on.
: "${PACKAGE:?}" "${TEXT:?}" "${MARKER:?}" "${ID:?}"

apply() {
  local old
  need_plugins
  need GET /v1
  jq -e '.results[0].permissions | index("config/modify")' <<<"$answer" >/dev/null ||
    fail "Icinga does not let the platform change its configuration: it knows it as $(jq -c '.results[0]' <<<"$answer")"
  see_active
  [[ $active != none ]] || need POST "/v1/config/packages/$PACKAGE" <<<'{}'
  put "$TEXT" "$ID" "Icinga refuses the checks, and goes on with what it had"
  need GET /v1/config/packages
  for old in $(jq -r --arg name "$PACKAGE" '.results[] | select(.name == $name) | .stages[]' <<<"$answer"); do
    [[ $old == "$stage" ]] || need DELETE "/v1/config/stages/$PACKAGE/$old"
  done
  first_results
}

# Has Icinga run with a text, whose id is the second word. What it refuses changes nothing, and is told in the third's words.
put() {
  upload "$1" '{"reload":false}'
  await_verdict
  [[ -z $refusal ]] || fail "$3; $(culprits)"$'\n'"$refusal"
  reload
  await_live "$2"
}

# Icinga itself does not look whether a plugin is there.
need_plugins() {
  local plugin
  for plugin in "${PLUGINS[@]}"; do
    runuser -u nagios -- test -x "$plugin" || fail "$plugin is no program that nagios may run here, and a check needs it: install it, or take the check away"
  done
}

# What is live, and whether it is what lies on the disk. Asked by a preview with a TEXT that is not live, it warns of what
# Icinga would say of it: that takes a stage that is judged, never active, and taken away again.
check() {
  local sum
  PATIENCE=8
  see_active
  see_live
  if [[ -z $live && $active == none ]]; then
    say '{}'
    return
  fi
  ask GET "/v1/config/files/$PACKAGE/$active/$file"
  sum=$(printf %s "$answer" | sha256sum | cut -c 1-16)
  jq -cnS --arg id "${live:-none}" --arg file "$sum" \
    --argjson live "$([[ -n $from && $from == "$active" ]] && echo true || echo false)" '{file: $file, id: $id, live: $live}'
  if [[ $live != "$ID" ]]; then dry_run; fi
}
dry_run() {
  upload "$TEXT" '{"activate":false,"reload":false}'
  await_verdict
  if [[ -n $refusal ]]; then
    printf 'told %s\n' "$(jq -nc --arg why "Icinga would refuse the checks of this run; $(culprits)"$'\n'"$refusal" '{warning: $why}')"
  else
    need DELETE "/v1/config/stages/$PACKAGE/$stage"
  fi
}

# An empty stage first: Icinga judges that one, and refuses it while somebody else needs what the package has.
remove() {
  see_active
  if [[ $active == none ]]; then return; fi
  put '' '' "Icinga does not let the checks go, and goes on with them"
  need DELETE "/v1/config/packages/$PACKAGE"
}

"$@" </dev/null
