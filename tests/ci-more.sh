#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What continuous integration does beyond ./quickstart check, from a checkout and by anyone:
#   gcc and clang with -Werror, AddressSanitizer and UBSan over the whole suite, the layout of the
#   code, a short run of each fuzzer, make distcheck, the worked example of HACKING.md.
# Needs what `./quickstart --ci` installs. STAGES picks some: STAGES="clang layout" tests/ci-more.sh
# Each stage builds in build/ci/; its log stays there. FUZZ_SECONDS (5) is for each fuzzer.
set -u
cd "$(dirname "$0")/.." || exit 99
stages=${STAGES:-gcc clang sanitizers layout fuzz dist example}
jobs=$(nproc 2>/dev/null || echo 2)
root=$PWD/build/ci
mkdir -p "$root"
failed=0

configured () { # $1: folder; the rest: for configure
  folder=$1
  shift
  mkdir -p "$folder" && cd "$folder" && { [ -f Makefile ] || ../../../configure --silent "$@"; }
}

compile () { # $1: compiler. Warnings are errors; so the tests of configure must be over before
  configured "$root/$1" CC="$1" &&
    make --silent -j "$jobs" AM_CFLAGS='-std=gnu11 $(WARN_CFLAGS) $(DEPS_CFLAGS) $(CHECK_CFLAGS) -Werror' \
      all check TESTS=
}

stage_gcc () { compile gcc; }
stage_clang () { compile clang; }

stage_sanitizers () {
  configured "$root/sanitizers" --enable-sanitizers CFLAGS='-g -O1' || return
  rm -f tests/*.log tests/*.trs
  WITHOUT_MUTANTS=1 VERBOSE=1 make --silent -j "$jobs" check
}

# Other versions lay code out otherwise, so that only this one can tell.
stage_layout () {
  version=$(clang-format --version | sed 's/.*version \([0-9]*\)\..*/\1/')
  if [ "$version" != 14 ]; then
    echo "SKIP: the code is laid out by clang-format 14, and this is $version"
    return 0
  fi
  find src sim tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror
}

stage_fuzz () {
  configured "$root/gcc" CC=gcc && make --silent fuzz FUZZ_SECONDS="${FUZZ_SECONDS:-5}"
}

stage_dist () {
  configured "$root/gcc" CC=gcc && VERBOSE=1 make --silent -j "$jobs" distcheck
}

# The kind that HACKING.md adds, in a copy: built, and used by a scenario.
stage_example () {
  copy=$root/example
  mkdir -p "$copy" && git ls-files -z | xargs -0 cp --parents -P -t "$copy" && cd "$copy" || return
  git init -q . 2>/dev/null; git apply -p1 doc/add-a-kind.patch || return
  ./quickstart >/dev/null || return
  cat >example.yaml <<TEXT
about: The kind that HACKING.md adds is served.
world: $copy/scenarios/worlds/eks-workshop.yaml
steps:
  - at: 1s
    apply:
      apiVersion: node.k8s.io/v1
      kind: RuntimeClass
      metadata: {name: kata}
      handler: kata-qemu
      scheduling: {nodeSelector: {runtime: kata}}
expect:
  - at end:
    count: 1
    match: {kind: RuntimeClass, metadata: {name: kata}, handler: kata-qemu, scheduling: {nodeSelector: {runtime: kata}}}
TEXT
  build/drydock run --quiet example.yaml
}

autoreconf --install >"$root/autoreconf.log" 2>&1 || { cat "$root/autoreconf.log"; exit 1; }
for stage in $stages; do
  begun=$(date +%s)
  (stage_"$stage") >"$root/$stage.log" 2>&1
  status=$?
  taken="$(($(date +%s) - begun)) s"
  if [ $status -ne 0 ]; then
    tail -n 40 "$root/$stage.log" | sed 's/^/# /'
    grep -A 20 -e '^not ok' -e ':[FE]:' "$root/$stage.log" | tail -n 200 | sed 's/^/# /'
    grep '^\(FAIL\|ERROR\): ' "$root/$stage.log" | sort -u | sed 's/^/# /'
    echo "not ok - $stage ($taken); all of it in $root/$stage.log"
    failed=1
  elif grep -q '^SKIP:' "$root/$stage.log"; then
    echo "ok - $stage # $(grep '^SKIP:' "$root/$stage.log")"
  else
    echo "ok - $stage ($taken)"
  fi
done
exit $failed
