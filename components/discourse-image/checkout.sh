# shellcheck shell=bash
# Keeps discourse_docker from REPOSITORY in DIRECTORY at COMMIT, detached, so that its launcher never updates itself. What git
# ignores there (data, containers/) is not touched; what somebody changed in its files is kept as a patch before it goes.
: "${DIRECTORY:?}" "${REPOSITORY:?}" "${COMMIT:?}"
own=$DIRECTORY/.git
made=$own/platform-made # the checkout was made here, so it goes with the resource
half=$own/platform-half # a change of files has begun
patch=$own/changed-by-hand.patch

in_checkout() { GIT_TERMINAL_PROMPT=0 git --git-dir="$own" --work-tree="$DIRECTORY" "$@"; }

make() {
  mkdir -p "$own"
  : >"$made"
  in_checkout init --quiet || fail "$DIRECTORY cannot become a checkout of git (see above)"
}

# All of it, for a mirror need not give single commits away.
fetch() {
  if has; then return; fi
  in_checkout -c core.sshCommand='ssh -o BatchMode=yes' fetch --quiet --no-tags "$REPOSITORY" "$COMMIT" 2>/dev/null ||
    in_checkout -c core.sshCommand='ssh -o BatchMode=yes' fetch --quiet --no-tags "$REPOSITORY" '+refs/heads/*:refs/platform/*' ||
    fail "$REPOSITORY could not be fetched (see above): see whether the machine reaches it, or name a mirror of yours in \
\`repository\`, then run again"
  has || fail "$REPOSITORY has no commit $COMMIT in a branch: correct \`commit\`, then run again"
}
has() { in_checkout cat-file -e "$COMMIT^{commit}" 2>/dev/null; }

# A checkout that was never finished has no HEAD; files of other contents may lie there all the same.
keep_changes() {
  in_checkout rev-parse --quiet --verify HEAD >/dev/null || in_checkout read-tree "$COMMIT"
  if [[ -z $(in_checkout diff --name-only --diff-filter=AMT "$(base)") ]]; then return; fi
  in_checkout diff --diff-filter=AMT "$(base)" >"$patch"
}
base() { in_checkout rev-parse --quiet --verify HEAD || printf %s "$COMMIT"; }

apply() {
  if [[ ! -e $own || -e $made && ! -e $own/HEAD ]]; then make; fi
  fetch
  # The lock that a killed run has left is ours; that of somebody who works there is respected.
  if [[ -e $half ]]; then rm -f "$own/index.lock"; else keep_changes; fi
  : >"$half"
  in_checkout -c core.hooksPath=/dev/null checkout --quiet --force --detach "$COMMIT" ||
    fail "the files of discourse_docker could not be put into $DIRECTORY (see above); see to that, then run again"
  rm -f "$half"
}

check() {
  local clean=false detached=true
  if [[ ! -e $own/HEAD ]] || ! in_checkout rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
    say '{}'
    return
  fi
  if [[ ! -e $half && -z $(in_checkout --no-optional-locks status --porcelain --untracked-files=no) ]]; then clean=true; fi
  if in_checkout symbolic-ref --quiet HEAD >/dev/null; then detached=false; fi
  say "{\"clean\":$clean,\"commit\":\"$(in_checkout rev-parse HEAD)\",\"detached\":$detached}"
}

# One that was there before stays; data and configuration stay in any case.
remove() {
  local folder
  [[ -e $made ]] || return 0
  in_checkout ls-files -z | (cd "$DIRECTORY" && xargs -0 --no-run-if-empty rm -f --)
  in_checkout ls-files | sed -n 's|/[^/]*$||p' | sort -ru | while IFS= read -r folder; do
    rmdir --ignore-fail-on-non-empty "$DIRECTORY/$folder" 2>/dev/null || true
  done
  rm -rf "$own"
  rmdir --ignore-fail-on-non-empty "$DIRECTORY"
}

"$@" </dev/null
