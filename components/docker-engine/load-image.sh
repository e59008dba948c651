# shellcheck shell=bash
# Keeps IMAGE on the host: loads it from ARCHIVE when it is not there, and when one of the two is another than last time.
: "${IMAGE:?}" "${ARCHIVE:?}"

apply() {
  [[ -r $ARCHIVE ]] || fail "$ARCHIVE is not on the machine: copy the archive that holds $IMAGE there, then run again"
  docker load --quiet --input "$ARCHIVE" || fail "$ARCHIVE could not be loaded: write it again with \`docker save\`"
  docker image inspect "$IMAGE" >/dev/null 2>&1 || fail "$ARCHIVE does not hold $IMAGE: name the image that it holds"
}

# Without Docker there is no image, either.
check() {
  if docker image inspect "$IMAGE" >/dev/null 2>&1; then say "{\"image\":\"$IMAGE\"}"; else say '{}'; fi
}

"$@" </dev/null
