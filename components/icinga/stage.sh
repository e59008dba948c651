# shellcheck shell=bash disable=SC2034,SC2154
# One stage of the configuration package PACKAGE, from the upload to the worker that runs with it.
file=conf.d/platform.conf

# `active`: the stage that Icinga has marked as active, which need not be what it runs with; `none` without the package.
see_active() {
  need GET /v1/config/packages
  active=$(jq -r --arg name "$PACKAGE" '[.results[] | select(.name == $name) | ."active-stage"][0] // "none"' <<<"$answer")
}

# What the running worker has: the marker's id as `live`, and the stage that it was read from as `from`; both may be empty.
see_live() {
  live='' from=''
  ask GET "/v1/objects/checkcommands/$MARKER?attrs=vars&attrs=source_location"
  [[ $status != 404 ]] || return 0
  succeeded GET "the command $MARKER"
  read -r live from < <(jq -r '.results[0].attrs | [.vars.id, (.source_location.path | split("/")[-3])] | @tsv' <<<"$answer") || true
}

# Uploads a text as the package's one file, an empty one as no file at all, with what else there is to say in JSON. `stage` is
# what Icinga calls it.
upload() {
  local body
  body=$(jq -nc --arg file "$file" --rawfile text <(printf %s "$1") --argjson more "$2" \
    '{files: (if $text == "" then {} else {($file): $text} end)} + $more')
  need POST "/v1/config/stages/$PACKAGE" <<<"$body"
  stage=$(jq -r '.results[0].stage' <<<"$answer")
}

# Waits for Icinga's verdict on the stage, which comes after its answer to the upload; `refusal` is empty or what it said.
await_verdict() {
  local end=$((SECONDS + PATIENCE)) at="$PACKAGE/$stage"
  refusal=''
  while ask GET "/v1/config/files/$at/status" && [[ $status != 200 || -z $answer ]]; do
    ((SECONDS < end)) || fail "Icinga has not judged the stage $at within $PATIENCE s: see /var/log/icinga2/icinga2.log, then run again"
    sleep 0.1
  done
  [[ ${answer//[[:space:]]/} != 0 ]] || return 0
  ask GET "/v1/config/files/$at/startup.log"
  refusal=$(faults <<<"$answer")
  refusal=${refusal:-it does not say why}
  need DELETE "/v1/config/stages/$at"
}

# Whose lines a refusal is about: what stands above ours as a comment, or else the files of others.
culprits() {
  local ours others
  ours=$(grep -oE "/$PACKAGE/[^/]+/$file: [0-9]+" <<<"$refusal" | grep -oE '[0-9]+$' | sort -nu | while read -r line; do
    head -n "$line" <<<"$TEXT" | grep '^// ' | tail -n 1 | cut -c 4-
  done | sort -u | paste -sd ';' | sed 's/;/; /g') || true
  others=$(grep -oE 'in /[^:]+: [0-9]+' <<<"$refusal" | grep -v "/$PACKAGE/" | cut -c 4- | sort -u | paste -sd ',' | sed 's/: /, line /g; s/,\//, \//g') || true
  if [[ -n $ours ]]; then
    say "correct the check, by its component and option: $ours"
    return
  fi
  say "the fault is in no line of this stack${others:+, but in $others}: while it is there, Icinga takes no change of anybody; repair it or take it away, then run again"
}

# Waits until the worker runs with the stage and the id; an empty id is for a stage without anything.
await_live() {
  local begun=$SECONDS asked=no woken=no
  while :; do
    see_live
    if [[ -n $1 && $live == "$1" && $from == "$stage" ]] || [[ -z $1 && $status == 404 ]]; then return; fi
    ((SECONDS - begun < PATIENCE)) || fail "Icinga took the checks, but does not run with them after $PATIENCE s: see /var/log/icinga2/icinga2.log, then run again"
    if [[ $asked == no ]] && ((SECONDS - begun > 5)); then
      asked=yes
      readable
    fi
    if [[ $woken == no ]] && ((SECONDS - begun > 30)); then
      woken=yes
      wake
    fi
    sleep 0.1
  done
}
