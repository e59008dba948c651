# shellcheck shell=bash
# Keeps DIRECTORY with MODE and OWNED_BY, its own alone, and with QUOTA (KiB, may be empty). What is in it is its service's
# business: nothing of it is ever changed, moved or deleted, and one that is lost is not silently made anew. `remove`
# forgets it and lifts its limit. SYSTEM is a pattern of the places that are not for data.
# shellcheck source-path=SCRIPTDIR disable=SC2034,SC2154
: "${ID:?}" "${NAME:?}" "${DIRECTORY:?}" "${MODE:?}" "${OWNED_BY:?}" "${SYSTEM:?}"
note=$STATE/data/$ID
did=()

# Writes one file of the note, whole or not at all.
keep() {
  if [[ -f $note/$1 && $(<"$note/$1") == "$2" ]]; then return; fi
  printf '%s\n' "$2" >"$note/$1.new"
  mv -fT "$note/$1.new" "$note/$1"
}

# The number of a user (passwd) or a group (group) of the machine.
number() {
  local found=$2
  [[ $2 =~ ^[0-9]+$ ]] || found=$(getent "$1" "$2" | cut -d: -f3) ||
    fail "$NAME: $OWNED_BY cannot own $DIRECTORY, for the machine does not know $2: have it made before, or give a number"
  printf %s "$found"
}

refuse() {
  local lost real
  lost=$([[ -z $from ]] || loss "$from")
  [[ -z $lost ]] || fail "$NAME: $lost: nothing was changed. Mount its disk or restore its backup, then run again. \
To go on with what is there now, \`rm -r $from\` on the machine, then run again: a directory that is gone begins empty"
  real=$(realpath -m -- "$DIRECTORY")
  [[ ! $real =~ $SYSTEM ]] || fail "$NAME: $DIRECTORY leads to $real, which belongs to the system: choose another path"
  if [[ -L $DIRECTORY && ! -e $DIRECTORY ]]; then
    fail "$NAME: $DIRECTORY is a link to $real, where nothing is: make that directory, or mount its disk, then run again"
  elif [[ -e $DIRECTORY && ! -d $DIRECTORY ]]; then
    fail "$NAME: $DIRECTORY is a $(stat -L -c %F "$DIRECTORY"), no directory: move it away, then run again"
  fi
  refuse_quota
}

apply() {
  local from user group
  from=$(earlier "$DIRECTORY")
  refuse
  user=$(number passwd "${OWNED_BY%:*}")
  group=$(number group "${OWNED_BY#*:}")
  install -d -m 0700 "$STATE/data"
  if [[ -n $from && $from != "$note" ]]; then mv -T "$from" "$note"; fi
  install -d -m 0700 "$note"
  keep path "$DIRECTORY"
  if [[ ! -d $DIRECTORY ]]; then
    { mkdir -p "${DIRECTORY%/*}/" && mkdir -m 0700 "$DIRECTORY"; } ||
      fail "$NAME: $DIRECTORY could not be made (see above): put right what is in its way, then run again"
    did+=("made $DIRECTORY")
  fi
  if [[ $(stat -L -c %u:%g "$DIRECTORY") != "$user:$group" ]]; then
    chown "+$user:+$group" "$DIRECTORY"
    did+=("gave it to $OWNED_BY")
  fi
  if [[ $(stat -L -c %a "$DIRECTORY") != "$(printf %o "0$MODE")" ]]; then
    chmod "0$MODE" "$DIRECTORY" # five digits take setuid and setgid away, too
    did+=("made it $MODE")
  fi
  keep_quota
  keep place "$(place "$DIRECTORY")"
  if ((${#did[@]} > 0)); then printf '%s\n' "${did[@]}"; else say unchanged; fi
}

remove() {
  [[ -d $note ]] || return 0 # it belongs to another resource now, if to any
  lift_quota
  rm -rf "$note"
  rmdir --ignore-fail-on-non-empty "$STATE/data"
}

"$@" </dev/null
