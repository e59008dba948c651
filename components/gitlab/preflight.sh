# shellcheck shell=bash
# Asks whether the machine is fit for its GitLab instances before anything of them is made, and tells all that is not at once.
# MEMORY (MiB) and CORES are what they need, PORTS theirs with the address of each; what is empty is not asked.

problems=()
problem() { problems+=("$*"); }

ask_memory() {
  local has
  has=$(($(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo) / 1024))
  # The kernel keeps a part of what the machine was given for itself.
  ((has >= MEMORY * 95 / 100)) || problem "memory: it has $has MiB, and its instances need $MEMORY MiB: give it more, or take smaller plans"
}

ask_cores() {
  local has
  has=$(nproc)
  ((has >= CORES)) || problem "cores: it has $has, and an instance on it may use $CORES: give it more, or take a smaller plan"
}

# What is not Docker's and listens on the same address, or on all, would keep an instance from starting.
ask_ports() {
  local wanted port taken
  for wanted in "${PORTS[@]}"; do
    port=${wanted##*:}
    taken=$(ss -Hltnp "sport = :$port" | awk -v own="$wanted" 'own ~ /^0\.0\.0\.0:/ || $4 == own || $4 ~ /^(0\.0\.0\.0|\*|\[::\]):/' |
      sed -n '/:(("docker-proxy"/d; s/.*:(("\([^"]*\)".*/\1/p' | sort -u | paste -sd ' ')
    [[ -z $taken ]] || problem "ports: $port is taken by $taken: stop that, or give the instance another \`slot\` or \`ssh.port\`"
  done
}

# Older ones refuse a system call that the image needs (clone3).
ask_docker() {
  local version
  version=$(docker version --format '{{.Server.Version}}')
  [[ $(printf '%s\n' 20.10.10 "${version%%+*}" | sort -V | head -n 1) == 20.10.10 ]] ||
    problem "docker: its version is $version, and the image takes 20.10.10 or later: upgrade it"
}

apply() {
  [[ -z $MEMORY ]] || ask_memory
  [[ -z $CORES ]] || ask_cores
  [[ -z $DOCKER ]] || ask_docker
  ask_ports
  ((${#problems[@]} > 0)) || return 0
  printf -- '- %s\n' "${problems[@]}" >&2
  fail "the machine is not fit for its GitLab instances (see above): put that right, then run again. What you know better is left \
out by \`skipPreflight\`"
}

"$@" </dev/null
