# shellcheck shell=bash
# What quickstart and the test runner share: packages and builds. Sourced; the caller has `set -euo pipefail` and $root, the
# root of the repository.
: "${root:?}"

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Runs a command as root: directly, or through sudo.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -- "$@"
  fi
}

# wanted_packages [GROUP...]: the packages of deploy/packages, one a line; those of a group, a word in lower case with a colon before the
# reason, only when it is named.
wanted_packages() {
  awk -v groups=" ${*/%/:} " '!/^#/ && NF && ($2 !~ /^[a-z]+:$/ || index(groups, " " $2 " ")) { print $1 }' "$root/deploy/packages" | sort -u
}

# missing_packages [GROUP...]: those of them that are not installed.
missing_packages() {
  local wanted installed
  wanted=$(wanted_packages "$@")
  # dpkg-query fails when it does not know one of them: that one is missing.
  # shellcheck disable=SC2016,SC2086
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | awk '$1 == "installed" { print $2 }' |
    sort -u || true)
  comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$installed")
}

# install_packages [GROUP...]: installs what is missing; says nothing when nothing is.
install_packages() {
  [[ -n $(command -v dpkg-query) && -n $(command -v apt-get) ]] ||
    die "this system has no apt-get: deploy/packages is a list for Debian 12; install what it names by other means"
  local missing command log
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} > 0)) || return 0
  command="apt-get install --no-install-recommends ${missing[*]}"
  ((EUID == 0)) || command -v sudo >/dev/null ||
    die "packages are missing, and only root can install them (there is no sudo): run as root: $command"
  echo "Installing ${#missing[@]} packages: ${missing[*]}"
  log=$(mktemp)
  if ! { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes \
    --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "apt-get failed, its last lines are above: mend the cause, or run as root: apt-get update && $command"
  fi
  rm -f "$log"
}

# build PRESET [TARGET...]: configures and builds; without targets, everything.
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  if ! (cd "$root" && cmake --preset "$preset") >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    die "cmake --preset $preset failed, see above"
  fi
  rm -f "$log"
  (cd "$root" && cmake --build --preset "$preset" --parallel "$(nproc)" ${1:+--target "$@"}) ||
    die "the build of preset $preset failed, see above"
}
