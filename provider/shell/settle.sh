# shellcheck shell=bash disable=SC2034,SC2154
# Brings changes of ConfigSets to their end that other runs have left in the middle.

# Brings to an end what a run on this set has left.
settle() {
  # shellcheck source=/dev/null
  if [[ -e $set/committed ]]; then
    . "$set/committed"
    commit
  elif [[ -e $set/journal ]]; then
    . "$set/journal"
    undo "${1:-}"
  elif [[ -e $set/leaving ]]; then
    . "$set/leaving"
    take_away "${1:-}"
  fi
}

# Settles all sets; the host's lock is held. Call it as a plain command: one that fails does not stop the others.
recover() {
  local set
  rm -rf "$STATE/gone"
  for set in "$STATE"/sets/*; do
    if settled "$set"; then continue; fi
    set +e
    (set -e && settle "${1:-}")
    set -e
  done
}

settled() { [[ ! -e $1/journal && ! -e $1/committed && ! -e $1/leaving ]]; }

# What was only begun to be written when a script was killed may be secret.
sweep() {
  local set directory
  for set in "$STATE"/sets/*; do settled "$set" || return 0; done # the way back lies there
  for directory in "$STATE/stage" $(findmnt -rno TARGET | sed 's|/*$|/.platform-stage|'); do rm -rf "$directory"; done
}
