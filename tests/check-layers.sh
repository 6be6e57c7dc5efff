#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The layers of HACKING.md: who may include whom. Prints TAP.
cd "${srcdir:-.}" || exit 99
n=0 failed=0

result () { # $1: the sentence that holds, $2: what breaks it (empty: nothing)
  n=$((n + 1))
  if [ -z "$2" ]; then
    echo "ok $n - $1"
  else
    echo "not ok $n - $1"
    echo "$2" | sed 's/^/# /'
    failed=1
  fi
}

result 'src/ never includes sim/, main.c aside' \
  "$(grep -rn '#include "sim/' src --include='*.[ch]' | grep -v '^src/main\.c:')"
result 'src/base/ includes only base/' \
  "$(grep -rn '#include "' src/base | grep -Ev '"(config\.h|base/)')"
result 'src/net/ includes only base/ and net/' \
  "$(grep -rn '#include "' src/net | grep -Ev '"(config\.h|base/|net/)')"
result 'the API clients do not see the engine' \
  "$(grep -rn '#include "\(engine\|commands\)/' src/aws src/kube)"
result 'sim/ uses of src/ only base/ and net/, the workflow and the commands aside' \
  "$(grep -rnE '#include "(engine|aws|kube|commands)/' sim | grep -Ev '^sim/(aws/eks/workflow\.[ch]|commands/)')"
kinds=$(sed -n 's/^extern const KubeKind \(kube_[a-z_]*\);/\1/p' sim/kube/kinds/kinds.h | tr '\n' '|')
result 'no file of the generic API server names a kind' \
  "$(grep -rnE "\b(${kinds%|})\b" sim/kube --include='*.[ch]' | grep -v '^sim/kube/\(kinds\|controllers\)/')"

echo "1..$n"
exit $failed
