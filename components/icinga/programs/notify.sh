#!/bin/bash
# A notification command of Icinga: tells people what stands in its environment, by mail (with the machine's own sendmail, or a relay
# that curl finds in a file) or by a webhook (which it finds there, too). It tries three times, and never waits for longer than a minute.
set -euo pipefail
shopt -s inherit_errexit
PATH=/usr/sbin:/usr/bin:/sbin:/bin
way=${1:?} config=${2:-}
type=${NOTIFY_TYPE:?} host=${NOTIFY_HOST:?} service=${NOTIFY_SERVICE:-} state=${NOTIFY_STATE:?} said=${NOTIFY_OUTPUT:-}
runbook=${NOTIFY_RUNBOOK:-} author=${NOTIFY_AUTHOR:-} comment=${NOTIFY_COMMENT:-}
subject="${type^^}: ${service:+$service on }$host is $state"

# What happened, what to do, and who looks after it.
text() {
  printf '%s\n\n%s\n' "$subject" "$said"
  [[ -z $runbook || $type == RECOVERY ]] || printf '\nWhat to do: %s\n' "$runbook"
  [[ -z $comment ]] || printf '\n%s: %s\n' "${author:-somebody}" "$comment"
}

# A mail; its text in base64, for a line of it may be of any length.
mail() {
  printf '%s: %s\n' From "$NOTIFY_FROM" To "$NOTIFY_TO" Subject "$subject" Date "$(LC_ALL=C date -R)" \
    Message-ID "<$(</proc/sys/kernel/random/uuid)@${NOTIFY_FROM##*@}>" Auto-Submitted auto-generated MIME-Version 1.0 \
    Content-Type 'text/plain; charset=utf-8' Content-Transfer-Encoding base64
  printf '\n'
  text | base64
}

json() {
  jq -nc --arg text "$(text)" --arg type "${type^^}" --arg host "$host" --arg service "$service" --arg state "$state" \
    --arg output "$said" --arg runbook "$runbook" --arg author "$author" --arg comment "$comment" '$ARGS.named'
}

# curl without anybody's own settings; the rest of its words are in the file.
post() { curl -q -sS --fail --max-time 15 --config "$config" "$@"; }

once() {
  case $way:$config in
    mail:) /usr/sbin/sendmail -i -t -f "$NOTIFY_FROM" ;;
    mail:*) post --ssl-reqd --crlf --upload-file - ;;
    webhook:*) post -o /dev/null -H 'Content-Type: application/json' --data-binary @- ;;
    *) return 2 ;;
  esac
}

case $way in
  mail) message=$(mail) ;;
  webhook) message=$(json) ;;
  *) exit 2 ;;
esac
for pause in 5 5 0; do
  if once <<<"$message"; then exit 0; fi
  sleep "$pause"
done
echo "$subject: nobody could be told by $way" >&2
exit 1
