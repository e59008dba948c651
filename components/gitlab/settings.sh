# shellcheck shell=bash disable=SC2154
# Keeps the application settings of the instance NAME that the platform owns as SETTINGS (JSON by their names in the API) says.
# All others are the customer's: they are neither told nor changed.
: "${NAME:?}" "${HOST:?}" "${ADDRESS:?}" "${SETTINGS:?}"

# The owned ones as they are; lists are sorted, for their order says nothing.
own() { jq -cS --argjson wanted "$SETTINGS" '. as $all | $wanted | with_entries(.value = ($all[.key] | if type == "array" then sort else . end))'; }

now() {
  local said
  said=$(api GET application/settings)
  [[ $(status "$said") == 200 ]] || return
  body "$said" | own
}

apply() {
  local is differ said
  is=$(now) || fail "$NAME: its API does not tell its settings: see whether GitLab answers, then run again"
  differ=$(jq -cn --argjson is "$is" --argjson wanted "$SETTINGS" '$wanted | with_entries(select($is[.key] != .value))')
  [[ $differ != '{}' ]] || return 0
  said=$(api PUT application/settings -H 'Content-Type: application/json' --data-binary "@"<(printf %s "$differ"))
  [[ $(status "$said") == 200 ]] || fail "$NAME: GitLab refuses its settings ($(status "$said")): $(body "$said" |
    jq -r '.message // .error | tostring' 2>/dev/null | head -c 500). Nothing was changed; correct \`settings\`, then run again"
  # Each process of GitLab knows them for up to a minute.
  for ((SECONDS = 0; SECONDS < 100; )); do
    if [[ $(now) == $(jq -cS . <<<"$SETTINGS") ]]; then return; fi
    sleep 1
  done
  fail "$NAME: GitLab took its settings, and does not show them after 100 s: it has $(now)"
}

check() {
  local is
  if is=$(now); then jq -cS '{settings: .}' <<<"$is"; else say '{}'; fi
}

"$@" </dev/null
