# shellcheck shell=bash
# Loads IMAGE from ARCHIVE when it is not on the host or when one of the two names is another than last time.
: "${IMAGE:?}" "${ARCHIVE:?}"

apply() {
  if done_before && docker image inspect "$IMAGE" >/dev/null 2>&1; then
    say unchanged
    return
  fi
  [[ -r $ARCHIVE ]] || fail "$ARCHIVE is not on the machine: copy the archive that holds $IMAGE there, then run again"
  docker load --quiet --input "$ARCHIVE" >/dev/null || fail "$ARCHIVE could not be loaded: write it again with \`docker save\`"
  docker image inspect "$IMAGE" >/dev/null 2>&1 || fail "$ARCHIVE does not hold $IMAGE: name the image that it holds"
  mark_done
  say "loaded $IMAGE"
}

"$@" </dev/null
