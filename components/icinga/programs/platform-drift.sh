#!/bin/bash
# Looks what was changed by hand on this machine since the platform left it: files, units and packages, by the platform's own
# notes. `compare` is run by a timer, as root, and leaves what it found for everybody to read, which is names, never contents;
# `check` tells it as a plugin of Icinga does.
set -euo pipefail
shopt -s inherit_errexit
umask 022
state=${STATE:-/var/lib/platform} found=${FOUND:-/run/platform-drift/found}
most=3600 # seconds that what was found counts

say() { printf '%s\n' "$*"; }

# A set that is being changed, or that an earlier release of the platform has put there, tells nothing.
files() {
  local set kind path was sum
  for set in "$state"/sets/*; do
    [[ -f $set/taken && ! -e $set/journal && ! -e $set/committed && ! -e $set/leaving ]] || continue
    while IFS=$'\t' read -r kind path was sum; do
      grep -qxF -- "$path" "$set/paths" || continue # it is another set's by now
      if [[ $kind == absent ]]; then
        [[ ! -e $path && ! -L $path ]] || say "$path is there"
      elif [[ ! -f $path || -L $path ]]; then
        say "$path is no file any more"
      elif [[ $(sha256sum <"$path") != "$sum "* ]]; then
        say "$path has other contents"
      elif [[ $(stat -c %a:%U:%G "$path") != "$was" ]]; then
        say "$path has another mode or owner"
      fi
    done <"$set/taken"
  done
}

units() {
  local note unit enabled active
  for note in "$state"/units/*; do
    [[ -f $note ]] || continue
    unit=${note##*/}
    read -r _ _ _ enabled active <"$note"
    if [[ $enabled == yes ]] && ! systemctl is-enabled --quiet "$unit"; then say "$unit is not enabled"; fi
    if [[ $enabled == no ]] && systemctl is-enabled --quiet "$unit"; then say "$unit is enabled"; fi
    if [[ $active == yes ]] && ! systemctl is-active --quiet "$unit"; then say "$unit does not run"; fi
    if [[ $active == no ]] && systemctl is-active --quiet "$unit"; then say "$unit runs"; fi
  done
}

# shellcheck disable=SC2016 # dpkg-query expands its format itself
packages() {
  local name version is
  while IFS=$'\t' read -r name version; do
    is=$(dpkg-query -W -f='${db:Status-Status} ${Version}' "$name" 2>/dev/null) || true
    if [[ $is != "installed "* ]]; then
      say "the package $name is not installed"
    elif [[ -n $version && $is != "installed $version" ]]; then
      say "the package $name is ${is#* }, not $version"
    fi
  done < <(cat "$state"/packages/wanted/* 2>/dev/null | sort -u)
}

compare() {
  local all what
  all=$(for what in files units packages; do "$what"; done)
  install -d "${found%/*}"
  printf '%s\n' "$(date +%s)" "$all" >"$found.new"
  mv -fT "$found.new" "$found"
}

check() {
  local when all=()
  { read -r when && mapfile -t all; } 2>/dev/null <"$found" || when=0
  if (($(date +%s) - when > most)); then
    say "DRIFT UNKNOWN: nobody has compared this machine for an hour; see \`systemctl status platform-drift.timer\`"
    exit 3
  elif [[ -n ${all[0]:-} ]]; then
    say "DRIFT CRITICAL: changed by hand: $(printf '%s, ' "${all[@]:0:20}" | sed 's/, $//') | changed=${#all[@]};;0"
    exit 2
  fi
  say "DRIFT OK: all is as the platform has left it | changed=0;;0"
}

case ${1:-} in compare | check) "$1" ;; *) say "usage: platform-drift compare|check" && exit 3 ;; esac
