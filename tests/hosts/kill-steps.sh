# shellcheck shell=bash
# Kills changes of a ConfigSet before each of their commands that changes something, and tells what stands then. There are
# two sides, `a` and `b`, and a change to each of them: the arguments are their verbs. In /run/steps lie the texts that the
# launcher is sent for them, those that kill themselves before the command that `k` counts, and how each side looks. It
# says `<step> to <side>: <side>`, or `broken` with the difference.
set -euo pipefail
cd /run/steps
declare -A verb=([a]=$1 [b]=$2)
turn=b

launch() {
  sed "1s/^RUN=.*/RUN='$(head -c 8 /dev/urandom | od -An -tx1 | tr -d ' \n')'/" "$2" |
    env -i HOME=/root LC_ALL=C.UTF-8 PATH="$PATH" bash -s -- "${verb[$1]}" >out 2>&1
}

# All that the set may have a hand in: content, mode, owner, and whether it is there at all.
print() {
  local path
  while read -r path; do
    if [[ -e $path ]]; then stat -c '%n %a %U' "$path" && sha256sum <"$path"; else echo "$path -"; fi
  done <paths
}

side() {
  print >now
  if cmp -s now a.print; then echo a; elif cmp -s now b.print; then echo b; else echo "broken: $(diff now a.print)"; fi
}

# What is to be settled, and what may be secret, does not stay; a note that was only begun is written anew.
leftovers() {
  find /var/lib/platform \( -name journal -o -name committed -o -name leaving -o -name '*.old' -o -name stage -o -name gone \) |
    grep -v /original/ || true
}

for side in a b a; do
  launch "$side" "$side" || { cat out && exit 1; }
  print >"$side.print"
done
# Two changes of one kind are killed in turn, others both at each step. It is over when nothing is killed any more.
for ((k = 1, ended = 0; ended < 2; k++)); do
  echo "$k" >k
  for to in b a; do
    if [[ $1 == "$2" && $to != "$turn" ]]; then continue; fi
    if launch "$to" "$to.killed"; then ended=$((ended + 1)); else
      ended=0
      echo "$k to $to: $(side)$(leftovers)"
    fi
    launch "$to" "$to" || { echo "$k to $to failed: $(cat out)" && exit 1; }
    [[ $(side) == "$to" ]] || { echo "$k to $to: $(side)" && exit 1; }
  done
  if [[ $turn == a ]]; then turn=b; else turn=a; fi
done
