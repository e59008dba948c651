# shellcheck shell=bash disable=SC2034,SC2154
# The journal of a ConfigSet: `journal` stands in its folder from before the first rename until the service has taken the
# files, then it is `committed` until all is noted. A script that ends in between, however that comes, is undone or
# finished: by itself, by the unit that it ran in, at the next boot, or by the next change on the host.
state_of_change=(NAME ID PATHS OLD STAGES ACTIVATE BACK COMMANDS COMMAND_SECONDS SECRETS SALT wanted begun)

# Keeps what a command prints as a note of the set: written aside, for with half of the secrets' names, the others would
# be told to whoever reads.
note() {
  "${@:2}" >"$set/$1.new"
  mv -fT "$set/$1.new" "$set/$1"
}

# How the set's files are when it has taken them, for whoever looks what was changed by hand since; read by root alone.
taken() {
  local path here=()
  for path in "${wanted[@]}"; do
    if [[ -f $path && ! -L $path ]]; then here+=("$path"); else printf 'absent\t%s\n' "$path"; fi
  done
  ((${#here[@]} > 0)) || return 0
  paste <(stat --printf 'file\t%n\t%a:%U:%G\n' -- "${here[@]}") <(sha256sum -- "${here[@]}" | cut -c 1-64)
}

# Written aside, so that it is whole or not there. What makes the old files active is what did so last time.
write_journal() {
  BACK=$ACTIVATE
  if [[ -e $set/activate ]]; then BACK=$(<"$set/activate"); fi
  declare -p set "${state_of_change[@]}" >"$set/journal.new"
  sync "$set/journal.new"
  mv -fT "$set/journal.new" "$set/journal"
  sync "$set"
}

# From here on the new files are the set's.
decide() {
  mv -fT "$set/journal" "$set/committed"
  sync "$set"
}

# Undoes the change of the journal. At boot nothing runs yet that would have to take the files. Without `active`, whoever
# reads knows that no service has taken them; the journal is gone before one is told, for that may end this very script.
undo() {
  if ! put_back; then
    say "$NAME: what stood there before could not all be put back (see above): see to it, then run again" >&2
    return
  fi
  if [[ ${1:-} != boot && -e $set/active ]]; then mv -fT "$set/active" "$set/active.before"; fi
  rm -f "$set/journal"
  abandon
  if [[ ${1:-} == boot ]]; then
    say "$NAME: the files that stood there before are back"
  elif run "$BACK"; then
    say "$NAME: the files that stood there before are back and active" >&2
    if [[ -e $set/active.before ]]; then mv -fT "$set/active.before" "$set/active"; fi
  else
    say "$NAME: the files that stood there before are back, but could not be made active (see above): see to it, then run again" >&2
  fi
}

# What a change that was not made leaves: nothing.
abandon() {
  local path directory
  for path in "${PATHS[@]}"; do
    if ! grep -qsxF -- "$path" "$set/paths"; then rm -rf "$set/original$path"; fi
  done
  while read -r directory; do # those that were made for it; others of the set are not empty
    if [[ -d $directory ]]; then rmdir --ignore-fail-on-non-empty "$directory" || true; fi
  done < <(sort -ru "$set/directories" 2>/dev/null || true)
  rm -rf "$set/copy" "$set"/*.new
  clear_stage
  # A set that this very run began has never stood.
  if [[ $begun == yes ]]; then
    rm -rf "$set"
    forget_owner "$ID"
    forget_recovery
  fi
}
