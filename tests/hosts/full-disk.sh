# shellcheck shell=bash
# Makes a change of a ConfigSet while the file system at $1 has no room, then with $2 KiB more each time until it succeeds,
# and tells what stands after each. In /run/full lie the texts that the launcher is sent for the sides `a` and `b`, and the
# paths of the set. It says `<KiB> <side>: <words>` for each change from `a` to `b` that failed, or `broken` with the
# difference; after each, with room again, the same change must succeed and leave nothing behind.
set -euo pipefail
cd /run/full
full=$1

launch() {
  sed "1s/^RUN=.*/RUN='$(head -c 8 /dev/urandom | od -An -tx1 | tr -d ' \n')'/" "$1" |
    env -i HOME=/root LC_ALL=C.UTF-8 PATH="$PATH" bash -s -- apply >out 2>&1
}

must() {
  launch "$1" || { cat out && exit 1; }
}

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

# What must not stay: `$1` is what a change that was decided may leave until it is finished.
leftovers() {
  find "$full" /var/lib/platform /run/platform \( -name journal -o -name script -o -name '*.old' -o -name stage \
    -o -name .platform-stage -o -name '*.new' \) -not -path "$1" | grep -v /original/ || true
}

for side in b a; do
  must "$side"
  print >"$side.print"
done
for ((free = 0; ; free += $2)); do
  head -c "$(($(df --output=avail -B1 "$full" | tail -n 1) - free * 1024))" /dev/zero >"$full/fill"
  if launch b; then break; fi
  may=$([[ ! -e /var/lib/platform/sets/57e9/committed ]] || echo '/var/lib/platform/*')
  echo "$free $(side)$(leftovers "$may"): $(grep -v '^output id' out | tr '\n' '|')"
  rm "$full/fill"
  must b
  [[ $(side)$(leftovers '') == b ]] || { echo "$free: $(side)$(leftovers '')" && exit 1; }
  must a
done
rm "$full/fill"
[[ $(side) == b ]]
