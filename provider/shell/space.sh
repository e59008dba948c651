# shellcheck shell=bash disable=SC2154
# Whether a ConfigSet has the room that it needs, asked before anything is written.
margin=131072 # bytes for the notes, the journal and what file systems round up

# Refuses when a file system cannot take the new files, or that of STATE what stood there before the set.
need_space() {
  local LC_ALL=C i path stage at free
  local -A need=(["$STATE/"]=$margin)
  for i in "${!PATHS[@]}"; do
    stage_directory "${PATHS[i]}"
    at=${stage%/*/*}/
    need["$at"]=$((${need["$at"]:-0} + ${#CONTENTS[i]} + 4096))
  done
  for path in "${PATHS[@]}" "${ABSENT[@]}"; do
    if [[ -f $path ]] && ! grep -qsxF -- "$path" "$set/paths"; then
      need["$STATE/"]=$((need["$STATE/"] + $(stat -Lc %s "$path") + 4096))
    fi
  done
  for at in "${!need[@]}"; do
    free=$(df --output=avail -B1 "$at" | tail -n 1)
    ((free >= need["$at"])) || fail "$NAME: $at has $((free / 1024)) KiB free and $((need["$at"] / 1024)) KiB are needed, \
so nothing was changed: No space left on device. Make room there, then run again"
  done
}
