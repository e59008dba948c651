# shellcheck shell=bash disable=SC2154
# How the commands of a ConfigSet are run: each has COMMAND_SECONDS, which it is told, too, so that what takes long can end
# by itself before. A journal from before there were any has none: two minutes, or what the change has that finds it.
child= # the process that runs one

# Runs what the text $1 says of, and ends it with all that it has started when it hangs: there has to be time for the way
# back. What it starts must not keep the host's lock, which is descriptor 9. It is waited for in the background, for only
# then does this script hear at once that its own time is over.
limited() {
  local code=0 began=$SECONDS most=${COMMAND_SECONDS:-120} what=${1%%$'\n'*}
  COMMAND_SECONDS=$most timeout --kill-after=10 "$most" "${@:2}" </dev/null >&2 9>&- &
  child=$!
  wait "$child" || code=$?
  child=
  if ((code > 0 && SECONDS - began >= most)); then
    say "$NAME: \`${what:0:200}\` did not end within $most s, so it was ended: see on the machine what it waits for" >&2
  fi
  return "$code"
}
run() { [[ -z $1 ]] || limited "$1" bash -euo pipefail -c "$1"; }

# Ends what is at work when the script itself is ended, so that the way back is alone.
end_child() {
  [[ -n $child ]] || return 0
  kill "$child" 2>/dev/null
  wait "$child"
  child=
}
