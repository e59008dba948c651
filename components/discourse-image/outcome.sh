# shellcheck shell=bash disable=SC2154
# What a build that failed came to, for the person who must act.

# Why there is no image; by the launcher's exit code; none when it did not end by itself.
# shellcheck disable=SC2016
reason() {
  local code=$1
  if grep -qs 'No space left on device' "$log"; then
    printf 'the disk was full: make room there, then run again'
  elif [[ -z $code ]]; then
    printf 'it was killed, or took longer than %s minutes: see whether the machine has memory enough, or raise `minutes`' "$MINUTES"
  elif [[ $code == 77 ]]; then
    printf 'the launcher asked for a third time to be run again, so something does not come to its end'
  else
    printf 'the launcher ended with %s' "$code"
  fi
}

# What was stopped for the build and does not run.
down() {
  local one
  { tac "$work/stopped" 2>/dev/null || true; } | while read -r one; do runs "$one" || printf '%s\n' "$one"; done | paste -sd ' '
}

# What became of the forum meanwhile, whose data were of that major version before.
# shellcheck disable=SC2016
forum() {
  local was=$1
  if [[ -n $was && $(major) != "$was" ]]; then
    printf 'The data are of PostgreSQL %s by now, so the forum is away until a build succeeds.' "$(major)"
  elif [[ -n $(down) ]]; then
    printf 'The forum does not run: see `docker start %s`.' "$(down)"
  elif runs "$CONTAINER"; then printf 'The forum runs as before.'; else printf 'No forum ran before.'; fi
}
