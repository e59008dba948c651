# shellcheck shell=bash disable=SC2154
# How a data directory stands, for reading and changing alike. Its note STATE/data/ID holds `path`; `place`, which says
# that it stood, and where; with a quota the number of its `project`, and `counted` when all its files carry that.

# The note of a path: that of this resource, or of the one whose place it takes; nothing when it has none.
earlier() {
  local one
  for one in "$note" "$STATE"/data/*; do
    if [[ -f $one/path && $(<"$one/path") == "$1" ]]; then
      printf %s "$one"
      return
    fi
  done
}

# Where a path really lies: itself without links, and the mount point, type and UUID (or source) of its file system.
place() {
  local real
  real=$(realpath -e -- "$1")
  findmnt -nr -o TARGET,FSTYPE,UUID,SOURCE -T "$real" |
    awk -F '[ ]' -v OFS='\t' -v real="$real" 'END { print real, $1, $2 " " ($3 == "" ? $4 : $3) }'
}

# What happened to a directory that stood before, by its note; nothing when it is where it was.
loss() {
  local path was mount system found now at on here
  [[ -f $1/place ]] || return 0
  path=$(<"$1/path")
  IFS=$'\t' read -r was mount system <"$1/place"
  here="$mount ($system)"
  if ! mountpoint -q "$mount"; then here+=', which is not mounted now,'; fi
  if [[ ! -e $path ]]; then
    printf '%s\n' "$path was on $here and is gone"
  elif [[ ! -d $path ]]; then
    printf '%s\n' "$path was a directory on $here and is a $(stat -L -c %F "$path") now"
  else
    found=$(place "$path")
    IFS=$'\t' read -r now at on <<<"$found"
    if [[ "$mount $system" != "$at $on" ]]; then
      printf '%s\n' "$path was on $here and is on $at ($on) now"
    elif [[ $now != "$was" ]]; then
      printf '%s\n' "$path was $was and leads to $now now"
    fi
  fi
}

# The mount point of a path whose file system limits projects; nothing when it does not.
limiting() {
  { findmnt -nr -o TARGET,OPTIONS -T "$1" || true; } |
    awk 'END { if (("," $2 ",") ~ /,(prjquota|pquota),/) print $1 }'
}

# KiB that the project of a note has used, and those that it may use: 0 when nothing limits it.
usage() {
  local mount project
  mount=$(limiting "$(<"$1/path")")
  [[ -n $mount && -f $1/project ]] || return 0
  project=$(<"$1/project")
  { repquota -P -n -O csv "$mount" 2>/dev/null || true; } |
    awk -F, -v project="#$project" '$1 == project { print $4 + 0, $6 + 0 }'
}

# The quota of a note in KiB as it is in force; 0 when there is none, or when not all files are counted.
quota_of() {
  local path told=''
  path=$(<"$1/path")
  if [[ -f $1/counted && $(lsattr -pd "$path" 2>/dev/null) =~ ^\ *([0-9]+)\ +[^\ ]*P && ${BASH_REMATCH[1]} == "$(<"$1/project")" ]]; then
    told=$(usage "$1")
  fi
  told=${told##* }
  printf %s "${told:-0}"
}
