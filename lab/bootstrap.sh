#!/bin/sh
# Runs a TypeScript program of this project with the Node that package-lock.json pins, after
# installing the dependencies when they are missing or older than that file:
#   sh lab/bootstrap.sh <program.ts> [argument…]
# Needs Node 18 or later and npm, for the installation only.
set -eu

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

install_dependencies() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    fail 'Node.js 18 or later and npm are missing. On Debian, as root:' \
      '  apt-get install --no-install-recommends nodejs npm'
  fi
  [ "$(node -p 'parseInt(process.versions.node)')" -ge 18 ] ||
    fail "Node.js 18 or later is needed to begin with; $(command -v node) is $(node --version)."

  echo '• installing the dependencies of package-lock.json with npm (about 1 min)' >&2
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  # Only the package that brings Node 24 may run its script, for that is how it fetches it.
  if npm ci --loglevel=error --ignore-scripts --no-audit --no-fund >"$log" 2>&1 &&
    npm rebuild --loglevel=error node >>"$log" 2>&1 &&
    node_modules/.bin/node --version >>"$log" 2>&1; then
    printf '%s\n' "$wanted" >"$stamp"
    echo '✓ dependencies installed' >&2
  else
    fail "$(cat "$log")" '' 'npm could not install the dependencies; its words are above.'
  fi
  rm -f "$log"
}

[ $# -gt 0 ] || fail 'usage: sh lab/bootstrap.sh <program.ts> [argument…]'
cd "$(dirname "$0")/.."

stamp=node_modules/.installed-lock
wanted=$(cksum <package-lock.json)
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] || install_dependencies

PATH="$PWD/node_modules/.bin:$PATH"
NODE_COMPILE_CACHE="$PWD/node_modules/.cache/node-compile"
export PATH NODE_COMPILE_CACHE
exec node_modules/.bin/node "$@"
