# shellcheck shell=bash disable=SC2016,SC2034,SC2153,SC2154
# How Packages talks with apt: it asks no question, waits for whoever is at it, and throws nothing out.
careful=(-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold --no-remove)

# Runs apt or dpkg without questions; whoever holds a lock of theirs is waited for.
patient() {
  local output start=$SECONDS
  while ! output=$(DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l "$@" 2>&1); do
    if [[ $output =~ (Could not get lock|Unable to lock|locked by another) ]] && ((SECONDS - start < 300)); then
      sleep 2
      continue
    fi
    printf '%s\n' "$output" >&2
    fail "$NAME: \`$1\` failed (see above): look at the machine's packages, their sources, its network, then run again"
  done
}

# Finishes what was interrupted.
mend() { [[ -z $(dpkg --audit) ]] || patient dpkg --force-confdef --force-confold --configure -a; }

# The version of a package that is installed well; whether it is there at all; the packages that are on hold.
version() {
  { dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null || true; } | sed -n 's/^installed //p'
}
there() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true) =~ ^(inst|half|unpack|trigg) ]]; }
on_hold() { dpkg-query -W -f '${db:Status-Want} ${Package}\n' | sed -n 's/^hold //p' | sort -u; }

# What apt would remove.
removals() { { apt-get -s -qq "$@" 2>/dev/null || true; } | awk '/^Remv/ { print $2 }' | sort; }

# Refuses `name=version` when the sources have no such version, and says which they have.
known() {
  local name=${1%%=*} versions
  if [[ $1 == "$name" ]]; then return 0; fi
  versions=$(apt-cache madison "$name" | awk -F ' *[|] *' '$3 !~ / Sources$/ && !seen[$2]++ { print $2 }')
  if grep -qxF -- "${1#*=}" <<<"$versions"; then return 0; fi
  versions=${versions:+but only ${versions//$'\n'/, }}
  fail "$NAME: the package sources have no $name ${1#*=} ${versions:-and no other}: \
correct the version or the sources, then run again"
}

# Installs those of `name` or `name=version` that are not there like that. What is in the way is not thrown out,
# unless it is what just left the list. A hold, which apt takes away, is put back.
bring() {
  local want name have targets=() missing=() flags=(--no-install-recommends) gone way holds
  for want in "$@"; do
    name=${want%%=*}
    have=$(version "$name")
    if [[ $want == "$name=$have" || ($want == "$name" && -n $have) ]]; then continue; fi
    targets+=("$want")
    if [[ -z $have ]]; then
      missing+=("$name")
      if there "$name"; then flags+=(--reinstall); fi # dpkg was killed while it unpacked
      continue
    fi
    flags+=(--allow-change-held-packages)
    if dpkg --compare-versions "$have" gt "${want#*=}"; then flags+=(--allow-downgrades); fi
  done
  ((${#targets[@]} > 0)) || return 0
  patient apt-get -qq update
  for want in "${targets[@]}"; do known "$want"; done
  ((${#missing[@]} == 0)) || printf '%s\n' "${missing[@]}" >>"$notes/installed"
  gone=$(leaving installed)
  way=$([[ -z $gone ]] || removals "${flags[@]}" install "${targets[@]}")
  # shellcheck disable=SC2086 # names of packages
  if [[ -n $way && -z $(comm -23 <(printf '%s\n' "$way") <(removals autoremove $gone)) ]]; then
    patient apt-get -qq "${flags[@]}" --download-only install "${targets[@]}"
    let_go
  fi
  mapfile -t holds < <(comm -12 <(printf '%s\n' "${targets[@]%%=*}" | sort -u) <(on_hold))
  patient apt-get -qq "${careful[@]}" "${flags[@]}" install "${targets[@]}"
  ((${#holds[@]} == 0)) || patient apt-mark hold "${holds[@]}"
  for want in "${targets[@]}"; do
    have=$(version "${want%%=*}")
    [[ -n $have && ($want == *"=$have" || $want != *=*) ]] || fail "$NAME: apt did not install $want"
  done
  did "installed ${targets[*]}"
}
