# shellcheck shell=bash
# What the commands in bin share. They source it from the root of the checkout.

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'bin/%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }
run() { printf '$ %s\n' "$*"; "$@"; }

# Root is asked for only where it is needed, in words, before it is used.
as_root() {
  if [ "$(id -u)" = 0 ]; then run "$@"
  elif command -v sudo >/dev/null; then run sudo "$@"
  else fail "this needs root, and there is no sudo; run as root: $*"
  fi
}

ensure_packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null)" = 'ii ' ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "install these packages first: ${missing[*]}"
  say "Root is needed to install packages of the distribution: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# ensure_environment REQUIREMENTS: .venv with at least what that file asks for.
ensure_environment() {
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or later is needed, this is $(python3 --version); Debian 12 and Ubuntu 24.04 have it"
  python3 -c 'import ensurepip' 2>/dev/null || ensure_packages python3-venv
  local installed=.venv/$1.sha256 wanted
  wanted=$(sha256sum requirements*.txt)
  [ "$(cat "$installed" 2>/dev/null)" = "$wanted" ] && return
  say "Making the virtual environment .venv (about a minute, once)"
  [ -x .venv/bin/python ] || run python3 -m venv .venv
  # Compiling all of the package "ansible" takes longer than installing it, and most of it is never imported.
  run .venv/bin/pip install -qq --no-compile --disable-pip-version-check -r "$1"
  printf '%s' "$wanted" > "$installed"
}

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

ensure_engine() {
  if ! command -v docker >/dev/null || ! engine_answers; then
    if [ "$(id -u)" != 0 ] && [ -S /var/run/docker.sock ] && ! [ -w /var/run/docker.sock ]; then
      fail "a Docker engine runs, but $(id -un) may not talk to it; add the user to the group docker, or run as root"
    fi
    say "Root is needed to install and start a Docker engine"
    as_root .venv/bin/ansible-playbook playbooks/engine.yml
    engine_answers || fail "the Docker engine was started, but $(id -un) may not talk to it; add the user to the group docker, or run as root"
  fi
}

# Stops the engine that ensure_engine started, unless something else uses it by now.
release_engine() {
  if [ -z "$(docker ps --all --quiet)" ] && [ -e /run/packetwalk-docker.pid ]; then
    say "Root is needed to stop the Docker engine that bin/$(basename "$0") started; nothing else uses it"
    as_root .venv/bin/ansible-playbook playbooks/engine.yml -e docker_engine_state=stopped
  fi
}
