# shellcheck shell=bash disable=SC2154
# Who has the paths of a ConfigSet so far, and what is refused because of that.

# Another set that has the path so far: this one takes it over when it stands.
holder() {
  local other
  for other in "$STATE"/sets/*; do
    if [[ $other != "$set" ]] && grep -qsxF -- "$1" "$other/paths"; then printf %s "$other"; fi
  done
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
