# shellcheck shell=bash
# Refuses IMAGE when one of the PATHS is not in it, before it can replace a running container.
: "${IMAGE:?}"

apply() {
  local missing
  ((${#PATHS[@]} > 0)) || return 0
  # shellcheck disable=SC2016 # expanded in the container
  missing=$(docker run --rm --network none --entrypoint /bin/sh "$IMAGE" -c \
    'for path do [ -e "$path" ] || printf " %s" "$path"; done' check "${PATHS[@]}") ||
    fail "$IMAGE has no working /bin/sh: it cannot be the forum's image"
  [[ -z $missing ]] || fail "$IMAGE lacks$missing: build it with these plugins, or take them out of \`plugins\`"
  say "$IMAGE holds all of ${PATHS[*]}"
}

"$@" </dev/null
