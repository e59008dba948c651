#!/bin/bash
# Tells of a container of Docker's what no request does. `look NAME COMPONENT` is run as root by a timer, for who may ask Docker may
# do all; `check NAME` and `image NAME` are plugins of Icinga that read what was noted.
set -euo pipefail
shopt -s inherit_errexit
notes=/run/platform-forum
declared=/etc/platform-forum/image # the id of the image that the platform has made the container from

# A Docker that does not answer notes nothing: after a while that is not known, and the daemon has a check of its own.
look() {
  local name=$1 component=$2 note=$notes/container-$1.json is was image
  is=$(timeout 20 docker inspect --type container --format '{{json .}}' "$name" 2>&1) || {
    [[ $is == *"No such container"* ]] || return 0
    is='{}'
  }
  was=$(cat "$note" 2>/dev/null) || was='{}'
  image=$(cat "$declared" 2>/dev/null) || image=''
  # A count of restarts is kept for an hour, so that new ones are told from old ones.
  jq -cn --argjson is "$is" --argjson was "$was" --arg component "$component" --arg image "$image" '(now | floor) as $now
    | ($is.State.Status // "not there") as $status
    | ($is.Image // $was.image // "") as $from
    | {time: $now, id: ($is.Id // ""), status: $status, health: ($is.State.Health.Status // ""),
       ours: ($is == {} or $is.Config.Labels["platform.component"] == $component),
       image: $from, other: (if $from == "" or $from == $image then null else $was.other // $now end),
       gone: (if $status == "running" then null else $was.gone // $now end),
       counts: ([$was | select(.id == ($is.Id // "")) | .counts[]? | select($now - .[0] <= 3600)]
         + [[$now, ($is.RestartCount // 0)]])}' >"$note.new"
  mv -fT "$note.new" "$note"
}

answer() {
  local words=(OK WARNING CRITICAL UNKNOWN)
  printf 'CONTAINER %s: %s\n' "${words[$1]}" "$2"
  exit "$1"
}

# A deployment may take some minutes, in which the container is away; that visitors cannot read has a check of its own.
check() {
  local name=$1 note=$notes/container-$1.json age status health ours gone restarts data
  [[ -s $note ]] || answer 3 "$name has not been looked at since the machine was started"
  IFS=$'\t' read -r age status health ours gone restarts < <(jq -r '[(now | floor) - .time, .status,
    (if .health == "" then "none" else .health end), .ours, (if .gone then .time - .gone else 0 end),
    .counts[-1][1] - .counts[0][1]] | @tsv' "$note")
  ((age <= 900)) || answer 3 "$name was looked at $age s ago, and should be each 300: see \`systemctl status platform-forum-look docker\`"
  data="restarts=$restarts;;2 gone=${gone}s;;900"
  ((restarts <= 2)) || answer 2 "$name was started anew $restarts times within an hour, for it ended | $data"
  ((gone <= 900)) || answer 2 "$name is $status, for $gone s at least | $data"
  [[ $health != unhealthy ]] || answer 2 "$name runs, and says itself that it is not well | $data"
  [[ $ours == true ]] || answer 1 "$name was made by somebody else than the platform | $data"
  answer 0 "$name is $status | $data"
}

# The next image is noted when its container serves, and one that went back has the one before. So for an hour, another image is
# nobody's mistake.
image() {
  local name=$1 note=$notes/container-$1.json age from other data
  [[ -s $note ]] || answer 3 "$name has not been looked at since the machine was started"
  [[ -s $declared ]] || answer 3 "nobody has noted which image is the one for $name"
  IFS=$'\t' read -r age from other < <(jq -r '[(now | floor) - .time, (.image // "" | if . == "" then "none" else . end),
    (if .other then .time - .other else 0 end)] | @tsv' "$note")
  ((age <= 900)) || answer 3 "$name was looked at $age s ago, and should be each 300: see \`systemctl status platform-forum-look docker\`"
  data="other=${other}s;3600"
  ((other <= 3600)) || answer 1 "$name is made from ${from:0:19}, and the one for it is $(cut -c -19 "$declared") | $data"
  answer 0 "$name is made from ${from:0:19} | $data"
}

case "${1:-} $#" in
  "look 3" | "check 2" | "image 2") "$@" </dev/null ;;
  *) answer 3 "usage: platform-container look NAME COMPONENT | check NAME | image NAME" ;;
esac
