# shellcheck shell=bash disable=SC2034,SC2154
# Whether a copy can be right: its size, the clock, and what this machine knows of the copies before.

# Sets files and bytes of what is to be copied.
measure() {
  local path
  for path in "${PATHS[@]}"; do
    [[ -e $path ]] || fail "$path is not there, so nothing was copied: the data are lost or the disk is not mounted; older copies are kept"
  done
  read -r files bytes < <(find "${PATHS[@]}" -type f -printf '%s\n' | awk '{ bytes += $1 } END { printf "%d %d\n", NR, bytes }')
}

# The median of the last copies' sizes since one was accepted as it was; 0 while there are fewer than three.
median() {
  noted copies.json '[]' | jq '(map(.accepted == true) | rindex(true)) as $from | .[($from // 0):][-15:] | map(.bytes) | sort
    | if length < 3 then 0 else .[length / 2 | floor] end'
}

# An empty or truncated copy must not push out good ones.
judge() {
  local usual least
  ((files >= MIN_FILES && bytes >= MIN_BYTES)) || fail "the copy has $files files and $bytes bytes, and less than $MIN_FILES \
files or $MIN_BYTES bytes cannot be right: nothing was copied, older copies are kept. See what became of ${PATHS[*]}"
  usual=$(median)
  least=$((usual / 2))
  ((bytes >= least)) || [[ $accept == yes ]] || fail "the copy has $bytes bytes, and the usual size is $usual: nothing was copied, \
older copies are kept. See what became of ${PATHS[*]}; if it is right: npm run backup -- run $HOST $NAME --accept"
}

# A machine made anew would put its empty service before the copies that are to be restored.
know_copies() {
  local count
  count=$(own | jq length)
  if [[ $count == 0 || $accept == yes || -e $dir/copies.json ]]; then return; fi
  fail "$PLACE has $count copies of $NAME, and this machine has made none of them: it was made anew. Restore first: \
npm run backup -- restore $HOST $NAME; if these data shall go on as they are: npm run backup -- run $HOST $NAME --accept"
}

# Sets `clock`, what is wrong with the time; it is named, and pruning waits until it is right again.
look_at_clock() {
  local newest now
  newest=$(jq 'map(.time[:19] + "Z" | fromdate) | max // 0' <<<"$(own)")
  now=$(date +%s)
  clock=
  if ((newest > now + 300)); then
    clock="a copy is from the future ($(date -u -d "@$newest" +%FT%TZ), and it is $(date -u -d "@$now" +%FT%TZ)): set the \
clock right; if it is right, forget that copy with \`platform-backup restic forget <id>\`"
  elif ((newest > 0 && now > newest + 30 * 86400 && now > newest + 10 * MAX_AGE_HOURS * 3600)); then
    clock="the last copy is $(((now - newest) / 86400)) days old: if the clock has jumped, set it right"
  fi
  [[ -z $clock ]] || say "$NAME: $clock. Nothing is pruned in this run" >&2
}
