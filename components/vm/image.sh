# shellcheck shell=bash disable=SC2034,SC2154
# The image that a machine is made from: IMAGE is a path on the hypervisor or a URL, CHECKSUM what it must be. It is kept
# once for all machines that are made from it, and never changed, for their disks are layers on it.

# Sets `base`.
ensure_image() {
  local sum=${CHECKSUM%%:*} digest=${CHECKSUM#*:} found new
  base=$DIRECTORY/base/$digest.img new=$DIRECTORY/base/$digest.new
  if [[ -e $base ]]; then return; fi
  install -d -m 0711 "$DIRECTORY" "$DIRECTORY/base"
  if [[ $IMAGE == /* ]]; then
    [[ -r $IMAGE ]] || fail "$IMAGE is not on the hypervisor: put the image there or correct its path, then run again"
    need_room "$(stat -Lc %s "$IMAGE")" "a copy of $IMAGE"
    cp --reflink=auto -- "$IMAGE" "$new"
  else
    curl --fail --silent --show-error --location --retry 3 --output "$new" -- "$IMAGE" ||
      fail "$IMAGE could not be fetched (see above): correct its address or make room in $DIRECTORY, then run again"
  fi
  found=$("${sum}sum" "$new" | cut -d ' ' -f 1)
  if [[ $found != "$digest" ]]; then
    rm -f "$new"
    fail "$IMAGE is not what was to be had: its checksum is $sum:$found, not $CHECKSUM. Do not use it before you know why; when it is \
right, correct image.checksum, then run again"
  fi
  chmod 0644 "$new"
  sync "$new"
  mv -fT "$new" "$base"
}
