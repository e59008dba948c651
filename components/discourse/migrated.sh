# shellcheck shell=bash
# Finishes the migrations of the forum in the container NAME, once it serves by IMAGE: its build left out those with which
# the code before would not work (Discourse, db/post_migrate), for that served meanwhile.
: "${NAME:?}" "${IMAGE:?}"
note=/var/lib/platform-discourse/$NAME.migrated # the image for which it was done last

apply() {
  local said
  said=$(docker exec "$NAME" rake db:migrate 2>&1) || {
    printf '%s\n' "$said" | tail -n 20 >&2
    fail "the forum serves by the new image, but the last migrations of its database did not end well (see above). There is no way \
back to the image before. Put that right, then run \`pulumi up\` again soon: the next upgrade counts on them"
  }
  install -d -m 0700 "${note%/*}"
  printf '%s\n' "$IMAGE" >"$note.new"
  mv -fT "$note.new" "$note"
}

check() {
  local image
  image=$(cat "$note" 2>/dev/null) || image=''
  if [[ -n $image ]]; then say "{\"image\":\"$image\"}"; else say '{}'; fi
}

remove() {
  rm -f "$note"
  rmdir --ignore-fail-on-non-empty "${note%/*}" 2>/dev/null || true
}

"$@" </dev/null
