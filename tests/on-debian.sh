#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The README's two commands on bare Debian releases: ./quickstart, and then ./quickstart check.
set -eu

usage () {
  cat <<TEXT
Usage: tests/on-debian.sh RELEASE...        such as: tests/on-debian.sh bookworm trixie

For each release debootstrap makes a bare root. In one copy of it root runs both commands in a copy of
this checkout (tracked files, with your changes), in another one an ordinary user who has sudo does.
Prints what they said, the counts of the tests, and the digest of the rehearsal, which must be the
same everywhere. Exit status: 0 all passed, 1 something failed, 2 it could not be tried.

Environment:
  KEEP=FOLDER   keep bare roots and downloaded packages there for the next time, and the logs
  MIRROR=URL    where the packages come from; else the first Debian archive in /etc/apt
  WHO='root user' who runs the commands: one of them, or both
Must be root (chroot, mount). Mounts are seen by this script alone and end with it.
TEXT
}

give_up () {
  echo "on-debian: $*" >&2
  exit 2
}

# ---- what is needed ----

check_needs () {
  [ "$(id -u)" -eq 0 ] || give_up "must be root, to mount and to chroot: sudo $0 ..."
  needed=
  command -v debootstrap >/dev/null 2>&1 || needed="$needed debootstrap"
  command -v unshare >/dev/null 2>&1 || needed="$needed util-linux"
  [ -r "$keyring" ] || needed="$needed debian-archive-keyring"
  [ -z "$needed" ] || give_up "missing here; install with: apt-get install$needed"
  unshare --mount --pid --fork true 2>/dev/null ||
    give_up "this machine lets nobody make a mount namespace (unshare --mount --pid failed)"
}

# The first archive of Debian's that apt knows, in either format of its sources. Security archives
# have no base system in them, and only Debian's suites have these names.
hosts_mirror () {
  cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '
    function end() { if (uri != "" && suites ~ suite && !off) print uri; uri = suites = ""; off = 0 }
    BEGIN { suite = "(^| )(bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)( |$)" }
    /^ *$/ { end() }
    tolower ($1) == "uris:" { uri = $2 }
    tolower ($1) == "suites:" { suites = $0 }
    tolower ($1) == "enabled:" && tolower ($2) == "no" { off = 1 }
    END { end() }'
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    sed -n 's/^deb  *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\)  *\(bullseye\|bookworm\|trixie\|forky\|sid\|oldstable\|stable\|testing\|unstable\) .*/\2/p'
}

# How this machine reaches it: proxies, and whether its clock may be believed.
hosts_apt_settings () {
  apt-config dump 2>/dev/null |
    grep -E '^Acquire::(https?(::.*)?::Proxy|Retries|Check-Date|Check-Valid-Until)' || :
}

# ---- a root ----

# Runs "$@" in namespaces that take its mounts, and what still runs, with them however it ends. Not in
# the foreground, where a signal would find nobody listening until it is over.
apart () {
  unshare --mount --propagation private --pid --fork --kill-child "$@" </dev/null &
  inside=$!
  ended=0
  wait "$inside" || ended=$?
  inside=
  return "$ended"
}

# $1: release, $2: the archive to make of its bare root
make_bare_root () {
  include=ca-certificates
  case $mirror in http://*) include= ;; esac
  echo "on-debian: debootstrap $1"
  apart debootstrap --variant=minbase --force-check-gpg \
    --keyring="$keyring" ${include:+--include="$include"} "$1" "$work/bare" "$mirror" \
    >"$work/debootstrap.log" 2>&1 || {
    tail -n 20 "$work/debootstrap.log" >&2
    give_up "debootstrap could not make a root of $1"
  }
  rm -rf "$work/bare/var/cache/apt/archives"/*.deb "$work/bare/proc" "$work/bare/sys"
  mkdir "$work/bare/proc" "$work/bare/sys"
  tar -cf "$2.new" -C "$work/bare" .
  mv "$2.new" "$2"
  rm -rf "$work/bare"
}

# Every file that git tracks as it is now, or of an unpacked release what is not of a build.
pack_checkout () {
  if git -c safe.directory='*' rev-parse --git-dir >/dev/null 2>&1; then
    git -c safe.directory='*' ls-files -z
  else
    find . -name build -prune -o -type f -print0
  fi | tar --null -T - -cf "$work/checkout.tar"
}

# $1: release, $2: the archive of its bare root
unpack_root () {
  rm -rf "$root"
  mkdir "$root"
  tar -xpf "$2" -C "$root"
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  echo "deb $mirror $1 main" >"$root/etc/apt/sources.list"
  hosts_apt_settings >"$root/etc/apt/apt.conf.d/50host"
  cp "$kept/$1"/*.deb "$root/var/cache/apt/archives/" 2>/dev/null || :
}

# Runs the command $1 in $root, with what a machine mounts.
in_root () {
  apart sh -c '
    mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" &&
      exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb sh -c "$2"' \
    sh "$root" "$1"
}

# ---- the two commands ----

both_commands='set -e
mkdir drydock
tar -xf /checkout.tar --no-same-owner -C drydock
cd drydock
echo "--- ./quickstart"
./quickstart
echo "--- ./quickstart check"
./quickstart check'

# An ordinary user may become root without a password, as on a machine from a cloud.
as_user='set -e
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends sudo
useradd --create-home --shell /bin/sh somebody
echo "somebody ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/somebody
exec su - somebody -c "sh /both"'

versions='dpkg-query -W -f "\${Package} \${Version}\n" gcc libglib2.0-dev libmicrohttpd-dev libcurl4-gnutls-dev \
  libjson-glib-dev check automake | sed "s/^/    /"'

# $1: release, $2: root or user, $3: the archive of the bare root
try () {
  log=$kept/$1-$2.log
  echo "on-debian: $1, as $2"
  unpack_root "$1" "$3"
  cp "$work/checkout.tar" "$root/checkout.tar"
  echo "$both_commands" >"$root/both"
  result=0
  if [ "$2" = root ]; then
    in_root 'cd /root && sh /both' >"$log" 2>&1 || result=$?
  else
    in_root "$as_user" >"$log" 2>&1 || result=$?
  fi
  mkdir -p "$kept/$1"
  cp "$root/var/cache/apt/archives"/*.deb "$kept/$1/" 2>/dev/null || :
  in_root "$versions" || :
  report "$result"
}

# $1: how the two commands ended
report () {
  digest=$(sed -n 's/.*trace sha256 \([0-9a-f]*\).*/\1/p' "$log")
  [ -n "$digest" ] || digest=none
  sed -n 's/^skipped: .*/    &/p; s/^[0-9]* passed, .*/    &/p' "$log"
  echo "    digest $digest"
  echo "$digest" >>"$work/digests"
  if [ "$1" -ne 0 ]; then
    echo "on-debian: ended with $1; the end of what was said:" >&2
    tail -n 60 "$log" >&2
    failed=1
  elif sed -n '/^--- /,/^--- /p' "$log" | grep -i warning; then
    echo "on-debian: it should have warned of nothing" >&2
    failed=1
  fi
}

clean_up () {
  # unshare lets no lesser signal end it
  [ -z "$inside" ] || kill -KILL "$inside" 2>/dev/null || :
  [ -z "$inside" ] || wait "$inside" 2>/dev/null || :
  rm -rf --one-file-system "$work"
}

case ${1-} in
  '' | -*) usage; [ "${1-}" = --help ] || [ "${1-}" = -h ] || exit 2; exit 0 ;;
esac
kept=${KEEP:+$(mkdir -p "$KEEP" && cd "$KEEP" && pwd)}
cd "$(dirname "$0")/.."
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
check_needs
mirror=${MIRROR:-$(hosts_mirror | head -n 1)}
[ -n "$mirror" ] || give_up "no Debian archive in /etc/apt; say MIRROR=URL"
export http_proxy="${http_proxy:-$(apt-config dump 2>/dev/null | sed -n 's/^Acquire::http::Proxy "\(.*\)";/\1/p')}"
[ -n "$http_proxy" ] || unset http_proxy
inside='' failed=0
work=$(mktemp -d)
trap clean_up EXIT
trap "exit 1" HUP INT TERM
kept=${kept:-$work/kept}
mkdir -p "$kept"
root=$work/root
pack_checkout
for release; do
  bare=$kept/$release.tar
  [ -f "$bare" ] || make_bare_root "$release" "$bare"
  for who in ${WHO:-root user}; do
    try "$release" "$who" "$bare"
  done
done
if [ "$(sort -u "$work/digests" | wc -l)" -ne 1 ]; then
  echo "on-debian: the digests are not the same" >&2
  failed=1
fi
exit "$failed"
