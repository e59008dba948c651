# shellcheck shell=bash
# Runs the script that follows on stdin apart from the connection, as a unit of systemd, and waits for its end: a lost link
# ends nothing. RUN is its id, BYTES its length, LIMIT its time in seconds, BACK_SECONDS that of what settles it when it was
# killed. `result` waits once more for a run begun before, and `forget` takes away what it said.
set -euo pipefail
umask 077
runs=/run/platform run=$runs/${RUN:?}

# shellcheck disable=SC2317
# Runs in the unit when the script has ended, however that came; systemd.exec(5) has the variables.
ended() {
  local code=1 full
  case ${EXIT_CODE:-} in
    exited) code=$EXIT_STATUS ;;
    killed | dumped) code=$((128 + $(kill -l "$EXIT_STATUS"))) ;;
  esac
  # One that ended by itself has settled its own, and may only have waited for the lock in vain.
  if ((code > 128)) && [[ -x /var/lib/platform/recover ]]; then /var/lib/platform/recover || true; fi
  rm -f "$run/script" "$run/ended"
  if ((code == 0)); then rm -f "$run/err"; elif grep -qs 'No space left on device$' "$run/err"; then
    full=$(df -k -x squashfs -x iso9660 --output=avail,target | awk '$1 ~ /^[0-9]+$/ && $1 < 1024 { printf "%s%s", and, $2; and = ", " }')
    printf '%s: %s\n' "$(uname -n)" "${full:-a file system} is full: make room there, then run again" >>"$run/err" || true
  fi
  printf '%s\n' "$code" >"$run/code.new"
  mv -fT "$run/code.new" "$run/code"
}

# Takes the script, which is one to run by a rename when all of it is there: one that `result` gave up never runs.
begin() {
  trap 'rm -rf "$run.sent"' EXIT
  install -d "$runs" "$run.sent"
  # Answers that nobody fetched; what still runs, such as a restore, may take a day.
  find "$runs" -mindepth 1 -maxdepth 1 -mmin +60 \( -name '*.*' -o -mmin +1600 -o -exec test -e {}/code \; \) -exec rm -rf {} + || true
  head -c "$BYTES" >"$run.sent/script" || {
    echo "$(uname -n): /run has no room for the script, so nothing was changed: make room there, then run again" >&2 && exit 1
  }
  if [[ $(stat -c %s "$run.sent/script") != "$BYTES" ]]; then exit 254; fi # the link was lost while it was sent
  { declare -p run && declare -f ended && echo ended; } >"$run.sent/ended"
  mv -T "$run.sent" "$run"
  # Nothing that it started outlives it, or what puts things back after a kill would not be alone.
  systemd-run --quiet --collect --unit="platform-$RUN" --description="change by the community platform" \
    --property=Type=exec --property=KillMode=control-group --property=TimeoutStopSec="$BACK_SECONDS" \
    --property=StandardInput="file:$run/script" --property=StandardOutput="append:$run/out" \
    --property=StandardError="append:$run/err" --property=ExecStopPost="/bin/bash $run/ended" \
    env -i HOME="$HOME" LC_ALL="$LC_ALL" PATH="$PATH" timeout --kill-after=30 "$LIMIT" bash -s -- "$1" || {
    rm -rf "$run"
    exit 1
  }
}

# Whether the unit is there; one that was never started or went without a word is not.
at_work() { [[ $(systemctl show --property=ActiveState --value "platform-$RUN") != inactive ]]; }

# Gives what the run printed, and ends as it did.
answer() {
  local code waited=0
  until [[ -e $run/code ]]; do
    if [[ ! -d $run ]]; then exit 254; fi
    if ((++waited % 100 == 0)) && ! at_work && [[ ! -e $run/code ]]; then rm -rf "$run"; fi
    sleep 0.05
  done
  code=$(<"$run/code")
  cat "$run/out" 2>/dev/null || true
  cat "$run/err" >&2 2>/dev/null || true
  exit "$code"
}

# One command, for what comes after it is the script's.
case $1 in
  forget) rm -rf "$run" ;;
  result)
    # A session whose link is lost may not know it yet, and still wait for the rest of its script.
    if mv -T "$run.sent" "$run.never" 2>/dev/null; then rm -rf "$run.never"; fi
    answer
    ;;
  *)
    begin "$1"
    answer
    ;;
esac
