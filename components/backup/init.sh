# shellcheck shell=bash
# Makes the repository of this machine's backups when there is none; one that is there is opened and left as it is.

apply() {
  # The host's lock is ours, not that of what is started.
  /usr/local/sbin/platform-backup init 9>&-
}

"$@" </dev/null
