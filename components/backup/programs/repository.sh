# shellcheck shell=bash disable=SC2154
# The repository by restic: whether it opens, in words for people, and how it is made.

# Nothing that is started here holds our lock when it stays.
repo() { restic --repo "$REPOSITORY" "${OPTIONS[@]}" "$@" 8>&- </dev/null; }
own() { jq -c --arg name "$NAME" 'map(select(.tags // [] | index($name))) | sort_by(.time)' <<<"$snapshots"; }

mine() { repo "$1" --host "$HOST" --tag "$NAME" "${@:2}"; }

# Sets `snapshots`, all of this machine, or says why the repository does not open; restic speaks of a missing one also when
# it did not reach it.
reach() {
  local said words
  words=$(mktemp -p /run)
  if snapshots=$(timeout --kill-after=5 "$REACH_SECONDS" restic --repo "$REPOSITORY" "${OPTIONS[@]}" \
    snapshots --no-lock --json --host "$HOST" 2>"$words" 8>&- </dev/null); then
    rm -f "$words"
    return
  fi
  said=$(<"$words")
  rm -f "$words"
  said=$(grep -v '^Is there a repository' <<<"$said" | tail -n 3 | tr '\n' ' ') || true
  case $said in
    *'wrong password'*) fail "the repository $PLACE does not take the password of $etc/password: if backups.password was \
changed, set the old one again; the copies can be read with no other" ;;
    *'No space left'* | *'disk quota exceeded'*) fail "the repository $PLACE has no room left ($said): make room there, then run again" ;;
    *'no such file'* | *'does not exist'*) fail "there is no repository at $PLACE ($said): see that its disk is mounted; a \
lost one is made again by \`platform-backup init\` on this machine" ;;
  esac
  fail "the repository $PLACE cannot be reached (${said:-no answer within $REACH_SECONDS s}): see that it is up, then run again"
}

# A repository that is lost is never made anew by a timer: an empty one would look like a good one.
make_repository() {
  local said
  if said=$(reach 2>&1); then
    say unchanged
  elif [[ $said == *'there is no repository at '* ]]; then
    repo init >/dev/null || fail "the repository $PLACE could not be made (see above)"
    say "made the repository $PLACE"
  else
    printf '%s\n' "$said" >&2
    exit 1
  fi
}

# How much room the repository has, for an error; an SFTP server says no more of a full disk than that it failed.
room_words() {
  local free
  free=$(room_there | jq -r '.[0] // empty' 2>/dev/null) || true
  [[ -z $free ]] || printf ' It has %d MiB free.' "$((free / 1048576))"
}
