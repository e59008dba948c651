# shellcheck shell=bash disable=SC2153,SC2154
# The quota of a data directory: a project of its file system, whose number all its files carry. ext4 and XFS have the
# same tools for it: chattr (e2fsprogs) and setquota (quota). On ext4, root on the host itself is never limited.

# Refuses a quota that cannot be, before anything is changed.
refuse_quota() {
  local at=$DIRECTORY other path
  [[ -n $QUOTA ]] || return 0
  command -v setquota >/dev/null || fail "$NAME: \`quota\` needs setquota, and the machine has none: install the package quota"
  while [[ ! -e $at/ ]]; do at=${at%/*}; done
  [[ -n $(limiting "$at/") ]] ||
    fail "$NAME: $DIRECTORY would be on $(findmnt -nr -o TARGET,FSTYPE,OPTIONS -T "$at/" | awk 'END { print $1 ", " $2 " mounted with " $3 }'), \
which limits no directory: give that mount the option prjquota in /etc/fstab and boot (ext4 needs \
\`tune2fs -O project,quota -Q prjquota\` on it before, while it is not mounted), or take \`quota\` out"
  for other in "$STATE"/data/*; do
    [[ -f $other/project && $other != "$from" ]] || continue
    path=$(<"$other/path")
    if [[ $DIRECTORY/ == "$path/"* || $path/ == "$DIRECTORY/"* ]]; then
      fail "$NAME: $path has a quota already, and a file counts for one only: take \`quota\` out of one of the two"
    fi
  done
}

# Gives the files of the directory the number of its project; what comes new gets it by itself. Links have none.
count_files() {
  local project=$1 wrong
  wrong=$({
    find "$DIRECTORY/" -xdev -type d -exec chattr -p "$project" +P -- {} +
    find "$DIRECTORY/" -xdev -type f -exec chattr -p "$project" -- {} +
  } 2>&1 | grep -v 'No such file or directory') || true # a file that the service has deleted meanwhile
  [[ -z $wrong ]] || fail "$NAME: the files of $DIRECTORY cannot be counted: ${wrong%%$'\n'*}"
  keep counted yes
}

keep_quota() {
  local project used
  if [[ -z $QUOTA ]]; then
    lift_quota
    return
  fi
  [[ $(quota_of "$note") != "$QUOTA" ]] || return 0
  [[ -f $note/project ]] || keep project "$((0x10000000 | 16#${ID:0:7}))"
  project=$(<"$note/project")
  count_files "$project"
  used=$(usage "$note")
  used=${used%% *}
  ((${used:-0} <= QUOTA)) ||
    fail "$NAME: $DIRECTORY holds $used KiB already, more than the $QUOTA KiB of \`quota\`: raise it, or make room"
  setquota -P "$project" "$QUOTA" "$QUOTA" 0 0 "$(limiting "$DIRECTORY")"
  did+=("limited to $QUOTA KiB")
}

# Takes the limit away, which nobody would look after any more. The number stays on the files and does nothing.
lift_quota() {
  [[ -f $note/project ]] || return 0
  if [[ $(usage "$note") =~ \ [1-9] ]]; then
    setquota -P "$(<"$note/project")" 0 0 0 0 "$(limiting "$(<"$note/path")")"
    did+=("limited no more")
  fi
  rm -f "$note/counted" "$note/project"
}
