#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every target of tests/fuzz/fuzz.h (or those that FUZZ_TARGETS names) under libFuzzer, with ASan and
# UBSan, for FUZZ_SECONDS each. What it learns stays in fuzz/corpus/ of the build, and what broke a
# target in fuzz/found/; the latter belongs into tests/fuzz/corpus/ once it is mended.
set -eu
top=$1 # absolute; the working directory is the build's
clang=${CLANG:-clang}
seconds=${FUZZ_SECONDS:-60}
flags='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined'

mkdir -p fuzz/found
echo '#include <stddef.h>
int LLVMFuzzerTestOneInput (const void *data, size_t size);
int LLVMFuzzerTestOneInput (const void *data, size_t size) { return 0; }' >fuzz/probe.c
if ! command -v "$clang" >/dev/null 2>&1; then
  echo "fuzz: there is no $clang. On Debian: apt-get install clang libclang-rt-14-dev (the number is clang's)" >&2
  exit 1
elif ! "$clang" -fsanitize=fuzzer,address,undefined -o fuzz/probe fuzz/probe.c 2>fuzz/probe.log; then
  cat fuzz/probe.log >&2
  echo "fuzz: $clang has no libFuzzer. On Debian: apt-get install libclang-rt-14-dev (the number is clang's)" >&2
  exit 1
fi

[ -f fuzz/Makefile ] || (cd fuzz && "$top/configure" --silent CC="$clang" CFLAGS="-g -O1 $flags")
make -C fuzz --silent -j "$(nproc 2>/dev/null || echo 2)" tests/fuzz/fuzz

# The words of both worlds, for inputs that get past the first look at them.
grep -rhoE '"[A-Za-z/$.-]{3,40}[=:]?"' "$top/src" "$top/sim" --include='*.c' | sort -u >fuzz/words.dict

status=0
for target in ${FUZZ_TARGETS:-$(sed -n 's/^  X (\([a-z_]*\)).*/\1/p' "$top/tests/fuzz/fuzz.h")}; do
  mkdir -p "fuzz/corpus/$target"
  echo "fuzz: $target for $seconds s"
  if FUZZ_TARGET=$target G_SLICE=always-malloc UBSAN_OPTIONS=print_stacktrace=1 \
    fuzz/tests/fuzz/fuzz -max_total_time="$seconds" -timeout=10 -max_len=8192 -print_final_stats=1 \
    -dict=fuzz/words.dict -artifact_prefix="fuzz/found/$target-" ${FUZZ_OPTIONS-} \
    "fuzz/corpus/$target" "$top/tests/fuzz/corpus/$target" >"fuzz/$target.log" 2>&1; then
    sed -n 's/^stat::number_of_executed_units: *\(.*\)/fuzz:   \1 executions/p' "fuzz/$target.log"
  else
    status=1
    tail -n 60 "fuzz/$target.log"
    echo "fuzz: $target is broken; all of it in fuzz/$target.log of the build"
  fi
done
exit $status
