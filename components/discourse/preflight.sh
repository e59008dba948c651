# shellcheck shell=bash
# Asks whether the machine is fit for the forum at HOST before anything of that is made, as Discourse's own setup and its
# launcher do, and tells all that is not at once. ASKED are the questions. MEMORY (in MB) and CORES are what the options say of
# the machine, or empty. DATA is where the forum's data are to lie, OWN_PORT the one that it is to have, or empty.
: "${HOST:?}" "${DATA:?}"

problems=()
problem() { problems+=("$*"); }

# In millions of bytes, as Discourse's setup counts, for which 990 are a GB (discourse_docker, system_checks.rb).
megabytes() { free --mega | awk -v line="$1:" '$1 == line { print $2 }'; }

ask_memory() {
  local has
  has=$(megabytes Mem)
  ((has >= 990)) || problem "memory: it has $has MB, and a forum takes 1000: give it more"
  # The kernel keeps a part of what the machine was given for itself.
  [[ -z $MEMORY ]] || ((has >= MEMORY * 9 / 10)) ||
    problem "memory: it has $has MB, but \`forum.memory\` says $MEMORY: correct the one or the other"
}

ask_cores() {
  local has
  has=$(nproc)
  [[ -z $CORES ]] || ((has >= CORES)) || problem "cores: it has $has, but \`forum.cores\` says $CORES: correct the one or the other"
}

ask_swap() {
  local memory has
  memory=$(megabytes Mem) has=$(megabytes Swap)
  ((memory > 4000 || has >= 2000)) || problem "swap: it has $has MB, and with $memory MB of memory a build takes 2000: \`fallocate \
-l 2G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile\`, and a line for it in /etc/fstab"
}

ask_disk() {
  local place free
  for place in "$(docker info --format '{{.DockerRootDir}}')" "$DATA"; do
    free=$(df --output=avail -B1 "$place" | tail -n 1)
    ((free >= 5 * 1024 ** 3)) || problem "disk: $place has $((free / 1048576)) MiB free, and a build takes 5120: make room there"
  done
}

# What is not nginx would keep the proxy from it, such as a forum that the launcher has started with ports of its own.
ask_ports() {
  local port owner taken
  for port in 80 443 $OWN_PORT; do
    owner=nginx
    if [[ $port == "$OWN_PORT" ]]; then owner=docker-proxy; fi
    taken=$(ss -Hltnp "sport = :$port" | sed -n "/:((\"$owner\"/d"'; s/.*:(("\([^"]*\)".*/\1/p' | sort -u | paste -sd ' ')
    [[ -z $taken ]] || problem "ports: $port is taken by $taken: stop that, and see that it does not start again"
  done
}

ask_dns() {
  getent ahosts "$HOST" >/dev/null || problem "dns: $HOST has no address: add an A or AAAA record that leads to this machine"
}

ask_docker() {
  local version driver
  version=$(docker version --format '{{.Server.Version}}')
  [[ $(printf '%s\n' 20.10.0 "$version" | sort -V | head -n 1) == 20.10.0 ]] ||
    problem "docker: its version is $version, and the launcher takes 20.10.0 or later: upgrade it"
  driver=$(docker info --format '{{.Driver}}')
  [[ $driver =~ ^(overlay2|overlayfs|btrfs|zfs|aufs)$ ]] ||
    problem "docker: it stores by $driver, which the launcher refuses: put its data on ext4, XFS, btrfs or ZFS"
}

apply() {
  local question
  for question in "${ASKED[@]}"; do "ask_$question"; done
  ((${#problems[@]} > 0)) || return 0
  printf -- '- %s\n' "${problems[@]}" >&2
  fail "the machine is not fit for the forum (see above): put that right, then run again. What you know better is left out by \
\`forum.skipPreflight\`"
}

"$@" </dev/null
