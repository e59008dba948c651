# shellcheck shell=bash disable=SC2154
# Who has the paths of a ConfigSet so far, and what is refused because of that.

# Another set that has the path so far: this one takes it over when it stands.
holder() {
  local note
  # shellcheck disable=SC2013 # ids have no blanks
  for note in $(grep -lsxF -- "$1" "$STATE"/sets/*/paths); do
    if [[ $note != "$set/paths" ]]; then printf %s "${note%/paths}"; fi
  done
}

# Whether a new set finds all its paths as they are to be, and the service has them in use: then it only takes them over.
# PROBE tells the latter; without one, it is taken for granted of what was IMPORTED, and where there is no ACTIVATE.
identical() {
  local i
  [[ $begun == yes ]] || return 1
  for i in "${!PATHS[@]}"; do
    if [[ -n ${STAGED[i]} ]]; then same "${STAGED[i]}" "${PATHS[i]}" || return 1; else ! exists "${PATHS[i]}" || return 1; fi
  done
  if [[ -n $PROBE ]] && ! run "$PROBE"; then
    [[ -z ${IMPORTED:-} ]] || fail "$NAME: the imported files are as they are to be, but the service does not answer as \
it should with them (see above), and nothing was changed: make them active by hand or correct \`probe\`, then run again"
    return 1
  fi
  [[ -n $PROBE || -z $ACTIVATE || -n ${IMPORTED:-} ]]
}

take_over() {
  local i
  for i in "${!PATHS[@]}"; do keep "$i"; done
  commit
  say "took over ${PATHS[*]} as they were"
}

refuse_strangers() {
  local i
  [[ $ADOPT == refuse ]] || return 0
  for i in "${!PATHS[@]}"; do
    if [[ -z ${STAGED[i]} ]] || ! exists "${PATHS[i]}" || grep -qxF "${PATHS[i]}" "$set/paths"; then continue; fi
    [[ -z $(holder "${PATHS[i]}") ]] || continue
    same "${STAGED[i]}" "${PATHS[i]}" || fail "${PATHS[i]} is there already and was not written by the platform: \
carry its settings over or decide against them, move the file away, then run again"
  done
}

refuse_directories() {
  local path
  for path in "${PATHS[@]}"; do
    if [[ -d $path && ! -L $path ]]; then fail "$NAME: $path is a directory: move it away, then run again"; fi
  done
}
