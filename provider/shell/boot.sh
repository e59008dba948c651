# shellcheck shell=bash
# A machine answers over SSH before its cloud-init has come to its end, which may still write files and install packages.
# What is put on it waits for that. cloud-init(8) leaves `result.json` when it has ended, at each boot.
await_boot() {
  local waited=0
  [[ -e /run/cloud-init/enabled ]] || return 0
  until [[ -e /run/cloud-init/result.json || -z $(systemctl list-jobs --no-legend 'cloud-*') ]]; do
    ((waited++ < 240)) || fail "cloud-init has been at work for 4 minutes and more, so nothing was changed: see \`cloud-init \
status --long\` on the machine, then run again"
    sleep 1
  done
}
