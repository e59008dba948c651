# shellcheck shell=bash
# Runs the script that follows on stdin apart from the connection, as a unit of systemd, and waits for its end: a lost link
# ends nothing. RUN is its id, BYTES its length, LIMIT its time in seconds. `result` waits once more for a run begun before.
set -euo pipefail
umask 077
runs=/run/platform run=$runs/${RUN:?}

# shellcheck disable=SC2317
# Runs in the unit when the script has ended, however that came; systemd.exec(5) has the variables.
ended() {
  if [[ ${SERVICE_RESULT:-} != success && -x /var/lib/platform/recover ]]; then /var/lib/platform/recover || true; fi
  local code=1
  case ${EXIT_CODE:-} in
    exited) code=$EXIT_STATUS ;;
    killed | dumped) code=$((128 + $(kill -l "$EXIT_STATUS"))) ;;
  esac
  rm -f "$run/script" "$run/ended"
  printf '%s\n' "$code" >"$run/code.new"
  mv -fT "$run/code.new" "$run/code"
}

begin() {
  install -d "$runs" "$run"
  find "$runs" -mindepth 1 -maxdepth 1 -mmin +60 -exec rm -rf {} + || true # answers that nobody fetched
  cat >"$run/script"
  if [[ $(stat -c %s "$run/script") != "$BYTES" ]]; then # the link was lost while it was sent
    rm -rf "$run"
    exit 254
  fi
  { declare -p run && declare -f ended && echo ended; } >"$run/ended"
  # Nothing that it started outlives it, or what puts things back after a kill would not be alone.
  systemd-run --quiet --collect --unit="platform-$RUN" --description="change by the community platform" \
    --property=Type=exec --property=KillMode=control-group --property=TimeoutStopSec=120 \
    --property=StandardInput="file:$run/script" --property=StandardOutput="append:$run/out" \
    --property=StandardError="append:$run/err" --property=ExecStopPost="/bin/bash $run/ended" \
    env -i HOME="$HOME" LC_ALL="$LC_ALL" PATH="$PATH" timeout --kill-after=30 "$LIMIT" bash -s -- "$1" || {
    rm -rf "$run"
    exit 1
  }
}

# Gives what the run printed, and ends as it did. Only its code and its own words stay, in case they are lost on the way.
answer() {
  local code
  if [[ ! -d $run ]]; then exit 254; fi
  until [[ -e $run/code ]]; do sleep 0.05; done
  code=$(<"$run/code")
  cat "$run/out" 2>/dev/null || true
  cat "$run/err" >&2 2>/dev/null || true
  rm -f "$run/err"
  exit "$code"
}

# One command, for what comes after it is the script's.
if [[ $1 == result ]]; then answer; else
  begin "$1"
  answer
fi
