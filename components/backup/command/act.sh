# shellcheck shell=bash
# Does what a person asked of a backup: WORDS are those of the machine's own program. It runs apart from the connection.

apply() {
  # The host's lock is ours, not that of what a service starts.
  /usr/local/sbin/platform-backup "${WORDS[@]}" 9>&-
}

"$@" </dev/null
