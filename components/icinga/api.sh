# shellcheck shell=bash disable=SC2034,SC2154
# Icinga's API on this machine, as the platform is known to it: by the certificate in DIRECTORY. NODE is the name in the
# node's own certificate, ADDRESS is where it answers.
: "${NODE:?}" "${ADDRESS:?}" "${DIRECTORY:?}"
PATIENCE=90 # seconds

# Asks once, METHOD and path, with a body on stdin for a POST; the last line of what it prints is the answer's number.
call() {
  local data=() kind=application/json
  [[ $1 != POST ]] || data=(--data-binary @-)
  [[ $2 != /v1/config/files/* ]] || kind=application/octet-stream # it gives files as nothing else
  curl -sS --max-time 30 --cacert /var/lib/icinga2/certs/ca.crt --cert "$DIRECTORY/deploy.crt" --key "$DIRECTORY/deploy.key" \
    --resolve "$NODE:5665:$ADDRESS" -H "Accept: $kind" -X "$1" "${data[@]}" -w '\n%{http_code}' "https://$NODE:5665$2" 2>&1 || true
}

# Asks until there is an answer: while Icinga reloads, it refuses the connection or says 503, and 423 while a package is under
# way. `status` is then the answer's number, `answer` what it said.
ask() {
  local body='' begun=$SECONDS woken=no
  [[ $1 != POST ]] || body=$(cat)
  while :; do
    answer=$(call "$1" "$2" <<<"$body")
    status=${answer##*$'\n'} answer=${answer%$'\n'*}
    if [[ $status != @(000|423|503) ]] || ((SECONDS - begun >= PATIENCE)); then return; fi
    if [[ $status == 423 && $woken == no ]] && ((SECONDS - begun > 30)); then
      woken=yes
      wake
    fi
    sleep 0.2
  done
}

# The same for what has to succeed.
need() {
  ask "$@"
  succeeded "$@"
}
succeeded() {
  case $status in
    200) ;;
    000) fail "Icinga's API on $ADDRESS port 5665 does not answer: see \`systemctl status icinga2\`, then run again (${answer%$'\n'})" ;;
    423) fail "Icinga has been busy with a configuration package for $PATIENCE s: see /var/log/icinga2/icinga2.log, then run again" ;;
    *) fail "Icinga's API answers $status to $1 $2: $(reason)" ;;
  esac
}

# What the answer says for people.
reason() {
  jq -r '[.status?, (.results[]? | .status?, .errors[]?)] | flatten | map(select(. != null)) | join(" ")' <<<"$answer" 2>/dev/null ||
    head -c 1000 <<<"$answer"
}

# Has Icinga read what it has on the disk, which it has just judged. What it does of itself after an upload waits for up to 2.5 s
# (lib/base/application.cpp), and leaves it locked when it fails.
reload() {
  kill -HUP "$(cat /run/icinga2/icinga2.pid 2>/dev/null)" 2>/dev/null ||
    fail "Icinga took the checks, and does not run any more: see \`systemctl status icinga2\`, then run again"
}

# A reload that was broken off leaves Icinga locked until the next one (icinga2#10476), and says nothing of it in its API. So
# one is asked for, when it can succeed; when it cannot, Icinga itself tells why.
wake() {
  readable
  timeout 60 systemctl reload icinga2 || fail "Icinga cannot be reloaded: see \`systemctl status icinga2\`, then run again"
}
readable() {
  local said
  said=$(timeout 60 icinga2 daemon -C 2>&1) ||
    fail "Icinga can no longer read its configuration: it goes on with what it had, and takes nothing new. Repair it, then run again:"$'\n'"$(faults <<<"$said")"
}

# What Icinga finds wrong, without its other words.
faults() { grep -v ' information/' | head -c 4000 || true; }
