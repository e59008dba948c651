# shellcheck shell=bash
# How the checks of Scripts are asked: each for 20 s at most, with nothing to read, and without the host's lock, which is
# descriptor 9. What a check leaves running keeps nobody waiting for longer than 25 s.

# Asks the program on stdin; prints the exit code of its check, what that told (of more than 64 KiB the beginning), and the
# last line that it said, both in base64.
checked() {
  local told code=0 words
  {
    words=$(
      {
        told=$(timeout --kill-after=2 20 bash -s -- check 3>&- 9>&- | timeout 25 cat | head -c 65537 | base64 -w0 ||
          exit "${PIPESTATUS[0]}") || code=$?
        printf '%s\t%s\t' "$code" "$told" >&3
      } 2>&1 | timeout 25 cat | tail -n 1 | head -c 1000 | base64 -w0 || true
    )
  } 3>&1
  printf '%s\n' "$words"
}

# The line of a Script, by its note.
script() {
  local told
  told=$(checked <"$1/program")
  printf 'script\t%s\t%s\t%s\n' "${1##*/}" "$([[ -e $1/done ]] && echo whole || echo broken)" "$told"
}

# The lines of all Scripts, 16 of which are asked at a time. One without an answer is not gone, so then there is none at all.
scripts() {
  local notes=() note fd fds line
  for note in "$STATE"/scripts/*; do if [[ -f $note/program ]]; then notes+=("$note"); fi; done
  while ((${#notes[@]} > 0)); do
    fds=()
    for note in "${notes[@]:0:16}"; do
      exec {fd}< <(script "$note")
      fds+=("$fd")
    done
    for fd in "${fds[@]}"; do
      line=$(cat <&"$fd")
      exec {fd}<&-
      [[ -n $line ]] || fail "the check of a script could not be run: see whether the machine has memory left"
      say "$line"
    done
    notes=("${notes[@]:16}")
  done
}
