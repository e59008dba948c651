# shellcheck shell=bash
# A view of the machine in which a set stands in its place already, for the real program to judge.

# The directory over which the view of a path is laid: the mount it is on, but /etc or two levels at the least.
view_root() {
  local at=${1%/*} mount
  while [[ ! -d $at/ ]]; do at=${at%/*}; done
  at=$(realpath "$at/")
  mount=$(mount_of "$at")
  case $at in /etc | /etc/*) at=/etc ;; *) at=$(cut -d/ -f1-3 <<<"$at") ;; esac
  if [[ $mount/ == "$at/"* ]]; then at=$mount; fi
  printf '%s\n' "$at"
}

# Runs in a mount namespace of its own: lays the set over the live tree, with what is mounted below it.
lay_view() {
  local view=/run/platform-view root mounted below i
  mkdir -p "$view"
  mount -t tmpfs -o mode=0700 tmpfs "$view"
  for root in "${ROOTS[@]}"; do
    mapfile -t below < <(findmnt -rno TARGET | grep "^$root/" || true)
    mkdir -p "$view/upper$root" "$view/work$root"
    for i in "${!below[@]}"; do
      mounted=$view/mounted$root.$i
      if [[ -d ${below[i]} ]]; then mkdir -p "$mounted"; else install -D /dev/null "$mounted"; fi
      mount --bind "${below[i]}" "$mounted"
    done
    mount -t overlay overlay -o "lowerdir=$root,upperdir=$view/upper$root,workdir=$view/work$root" "$root"
    for i in "${!below[@]}"; do mount --bind "$view/mounted$root.$i" "${below[i]}"; done
  done
  for i in "${!PATHS[@]}"; do
    rm -f "${PATHS[i]}"
    if [[ -n ${STAGED[i]} ]]; then
      mkdir -p "${PATHS[i]%/*}"
      cp -a "${STAGED[i]}" "${PATHS[i]}"
    fi
  done
}

# Asks the real program about the set in its place, while the live tree is untouched.
validate() {
  [[ -n $VALIDATE ]] || return 0
  local path ROOTS
  mapfile -t ROOTS < <(for path in "${PATHS[@]}"; do view_root "$path"; done | sort -u)
  # shellcheck disable=SC2016 # expanded by the inner bash
  limited "$VALIDATE" unshare --mount --propagation private bash -euo pipefail -c \
    "$(declare -p PATHS STAGED ROOTS VALIDATE && declare -f lay_view)"$'\n''lay_view; bash -euc "$VALIDATE"'
}
