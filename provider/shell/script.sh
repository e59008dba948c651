# shellcheck shell=bash
# Keeps what the verbs of SCRIPT make and tell. The program that is noted for ID is SCRIPT with its VALUES (assignments) and
# a few words of ours before it; `done` says that its `apply` came to its end. WANTED is what its check shall tell, in
# canonical JSON; TIMEOUT is for `apply` and `remove`, in seconds. `look` asks the check of a program that is not noted.
# shellcheck source-path=SCRIPTDIR disable=SC2153,SC2154
: "${ID:?}" "${NAME:?}" "${SCRIPT:?}" "${WANTED:?}" "${TIMEOUT:?}"
note=$STATE/scripts/$ID

# For scripts: a digest of what is on stdin, in place of a secret, as the provider makes it.
# shellcheck disable=SC2317
digest() { { printf '%s\n' "${SALT:?}" && cat; } | sha256sum | cut -c 1-32; }

program() {
  printf 'set -euo pipefail\nshopt -s inherit_errexit\numask 022\n'
  declare -p STATE SALT
  declare -f say fail digest
  printf '%s%s' "$VALUES" "$SCRIPT"
}

# Runs a verb of the program that is noted; its words are for people, and told when it fails.
run() {
  local code=0 said=$note/said
  timeout --kill-after=10 "$TIMEOUT" bash -s -- "$1" <"$note/program" >"$said" 2>&1 9>&- || code=$?
  if ((code > 0)); then
    cat "$said" >&2
    [[ $code != 124 ]] || fail "$NAME: $1 did not end within $TIMEOUT s: see what hangs, or raise timeoutSeconds, then run again"
    [[ -s $said ]] || fail "$NAME: $1 ended with $code without a word: see what it does, then run again"
    exit 1
  fi
  rm -f "$said"
}

# Whether the program is the one that is noted, was applied to its end, and its check tells what is wanted.
unchanged() {
  [[ -e $note/done ]] && cmp -s "$note/program" <(program 2>/dev/null) || return
  told=$(checked <"$note/program")
  [[ $told == $'0\t'* && $(cut -f 2 <<<"$told" | base64 -d | tr -d '\0' | sed '/^told {/d') == "$WANTED" ]]
}

apply() {
  local told='' code out words did=applied
  if unchanged; then did=unchanged; else
    install -d -m 0700 "$STATE/scripts" "$note"
    rm -f "$note/done"
    (umask 077 && program >"$note/program.new")
    mv -fT "$note/program.new" "$note/program"
    run apply
    told=$(checked <"$note/program")
  fi
  code=${told%%$'\t'*} out=$(cut -f 2 <<<"$told") words=$(cut -f 3 <<<"$told" | base64 -d)
  [[ $code != 124 ]] || fail "$NAME: applied, but check did not end within 20 s${words:+: $words}"
  [[ $code == 0 ]] || fail "$NAME: applied, but check ended with $code${words:+: $words}"
  : >"$note/done"
  say "output state $out"
  say "$did"
}

remove() {
  if grep -qsE '^remove\(\) *[{(]' "$note/program"; then run remove; fi
  rm -rf "$note"
  rmdir --ignore-fail-on-non-empty "$STATE/scripts" 2>/dev/null || true
}

look() {
  local told
  told=$(checked < <(program))
  printf '\nplatform\t1\nscript\t%s\twhole\t%s\nend\n' "$ID" "$told"
}

"$@" </dev/null
