# shellcheck shell=bash disable=SC2034,SC2154
# Keeps the instance in CONTAINER (its id) running, and waits until it is ready, for SECONDS_MAX at most: its own health check says
# so too early in one version and never in another. Then the platform has a token for it, and it is the VERSION that is wanted.
: "${CONTAINER:?}" "${NAME:?}" "${HOST:?}" "${ADDRESS:?}" "${VERSION:?}" "${SECONDS_MAX:?}" "${PIDS:?}" "${BOT:?}" "${CONFIG:?}"

# A line that may name a secret is left out.
give_up() {
  docker logs --tail 60 "$CONTAINER" 2>&1 | grep -viE 'passw|token|secret|licen' | tail -n 15 >&2 || true
  fail "$NAME: $1. Its data are still there; put that right (\`docker logs $container\` on the machine tells more), then run again"
}

start() {
  local is
  is=$(state "$CONTAINER")
  [[ -n $is ]] || fail "$NAME: the container is gone: \`pulumi up --refresh\` makes it anew"
  case $is in
    created | exited) docker start "$CONTAINER" >/dev/null ;;
    paused) docker unpause "$CONTAINER" >/dev/null ;;
  esac
  [[ $(of "$CONTAINER" '{{.HostConfig.PidsLimit}}') == "$PIDS" ]] || docker update --pids-limit "$PIDS" "$CONTAINER" >/dev/null
}

# Which of its parts are not ready, where it tells that.
parts() { body "$1" | jq -r '[to_entries[] | select(.key | endswith("_check")) | select(any(.value[]?; .status != "ok")) | .key] | join(" ")' 2>/dev/null || true; }

ready() {
  local said
  said=$(ask "http://$ADDRESS/-/readiness?all=1")
  answer="$(status "$said") $(parts "$said")"
  [[ $(status "$said") == 200 ]]
}

arrives() {
  local restarts is answer='its first reconfigure has not ended' strange=0
  restarts=$(of "$CONTAINER" '{{.RestartCount}}')
  SECONDS=0
  while ((SECONDS < SECONDS_MAX)); do
    is=$(state "$CONTAINER")
    [[ $is == running || $is == restarting ]] || give_up "the container is ${is:-gone}"
    (($(of "$CONTAINER" '{{.RestartCount}}') < restarts + 3)) || give_up "the container ends again and again (last: $answer)"
    if reconfigured note; then
      if reconfigures; then
        answer='a reconfigure of it is under way'
      elif ready; then
        return
      fi
      if [[ $answer == 404* ]]; then ((++strange < 10)) || give_up "its health is hidden from the machine (404), so its allow-list \
(monitoring_whitelist) does not hold what the machine asks from; GitLab itself may be well"; fi
    fi
    sleep 1
  done
  give_up "it was not ready within $SECONDS_MAX s (last: $answer), see what it does or raise bootSeconds"
}

# The version that it says it is, without the edition; nothing when it is not the Enterprise Edition or does not say.
version() { body "$(api GET metadata)" | jq -r 'select(.enterprise == true) | .version | rtrimstr("-ee")' 2>/dev/null || true; }

apply() {
  local is
  install -d -m 0700 "$notes"
  start
  arrives
  token_works || make_token
  is=$(version)
  [[ $is == "$VERSION" ]] || give_up "it is not GitLab EE $VERSION, but ${is:-no Enterprise Edition}: see which image it runs from"
}

check() {
  local running=false ready=false works=false
  PATIENCE=4
  if [[ $(state "$CONTAINER") == running ]]; then running=true; fi
  if [[ $running == true ]] && ready; then ready=true; fi
  if [[ $ready == true ]] && token_works; then works=true; fi
  jq -cnS --argjson running "$running" --argjson ready "$ready" --argjson token "$works" --arg version "$(version)" \
    --arg pids "$(of "$CONTAINER" '{{.HostConfig.PidsLimit}}')" '$ARGS.named'
}

"$@" </dev/null
