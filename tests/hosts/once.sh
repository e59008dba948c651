# shellcheck shell=bash
# Something that happens once, for the test of content ids.
apply() {
  if done_before; then
    say unchanged
    return
  fi
  mark_done
  say "did ${WORD:?}"
}

"$@" </dev/null
