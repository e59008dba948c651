# shellcheck shell=bash disable=SC2154
# What happens once per change leaves its content id, keyed with a secret of this host so that no digest of a
# secret can be guessed from it.
keyed_id() {
  [[ -s $STATE/key ]] || (umask 077 && head -c 32 /dev/urandom | base64 >"$STATE/key")
  printf '%s\n%s' "$(<"$STATE/key")" "${CONTENT_ID:?}" | sha256sum | cut -c1-64
}
done_before() { [[ -f $STATE/done/${SCRIPT:?} && $(<"$STATE/done/$SCRIPT") == "$(keyed_id)" ]]; }
mark_done() {
  install -d -m 0700 "$STATE/done"
  keyed_id >"$STATE/done/${SCRIPT:?}"
}
