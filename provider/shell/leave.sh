# shellcheck shell=bash disable=SC2030,SC2031,SC2034,SC2154
# How a ConfigSet goes: what stood there before it comes back.

# Takes the set away; it may have been begun before. At boot there is no service yet that would have to know.
take_away() {
  local path directory heir owns=no stage STAGES=() # a set that still has files there takes the directory away in its time
  local -A stage_of=()
  if [[ -s $set/paths ]]; then owns=yes; fi
  while read -r path; do
    if [[ -d $path && ! -L $path ]]; then continue; fi # somebody's own; it was a file when it was ours
    if exists "$set/original$path"; then
      mkdir -p "${path%/*}"
      stage_directory "$path"
      install -d -m 0700 "${stage%/*}" "$stage"
      cp -aT "$set/original$path" "$stage/original"
      if [[ ! -L $stage/original ]]; then sync "$stage/original"; fi
      mv -fT "$stage/original" "$path"
    else
      rm -f "$path"
    fi
  done < <(cat "$set/paths" 2>/dev/null || true)
  while read -r directory; do
    [[ -d $directory ]] || continue
    rmdir --ignore-fail-on-non-empty "$directory"
    heir=$(grep -lsF -- "$directory/" "$STATE"/sets/*/paths | grep -vxF "$set/paths" | head -n 1) || true
    if [[ -d $directory && -n $heir ]]; then printf '%s\n' "$directory" >>"${heir%/*}/directories"; fi
  done < <(sort -ru "$set/directories" 2>/dev/null || true)
  if [[ $owns == yes && ${1:-} != boot ]] && run "$VALIDATE"; then run "${DEACTIVATE:-$ACTIVATE}" || true; fi
  clear_stage
  mv -fT "$set" "$STATE/gone"
  rm -rf "$STATE/gone"
  forget_recovery
}
