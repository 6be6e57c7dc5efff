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

# Every folder, and the folders whose headers it may include beside its own. src/main.c is the
# composition root and sees everything.
rooms='
src/base:
src/net: src/base
src/aws: src/base src/net
src/kube: src/base src/net
src/engine: src/base src/aws src/kube
src/commands: src/base src/net src/aws src/kube src/engine
sim/stage: src/base
sim/kube: src/base
sim/kube/schema: src/base sim/kube
sim/kube/patch: src/base sim/kube sim/kube/schema
sim/kube/apply: src/base sim/kube
sim/kube/protobuf: src/base sim/kube
sim/kube/verbs: src/base sim/stage sim/kube sim/kube/schema sim/kube/apply
sim/kube/serve: src/base sim/stage sim/kube sim/kube/schema sim/kube/patch sim/kube/apply sim/kube/protobuf sim/kube/verbs
sim/kube/kinds: src/base sim/kube sim/kube/schema sim/kube/verbs
sim/kube/controllers: src/base sim/stage sim/kube sim/kube/schema sim/kube/verbs sim/kube/kinds
sim/aws/protocol: src/base sim/stage
sim/aws/ec2: src/base sim/stage sim/aws/protocol
sim/aws/autoscaling: src/base sim/stage sim/aws/protocol sim/aws/ec2
sim/aws/eks: src/base src/engine sim/stage sim/kube/verbs sim/kube/kinds sim/aws/protocol sim/aws/ec2 sim/aws/autoscaling
sim/aws: src/base sim/stage sim/aws/protocol sim/aws/ec2 sim/aws/eks
sim/world: src/base sim/stage sim/kube/verbs sim/kube/controllers sim/aws sim/aws/protocol sim/aws/ec2 sim/aws/autoscaling sim/aws/eks
sim/http: src/base src/net sim/stage sim/world
sim/invariants: src/base sim/stage sim/world sim/kube sim/kube/verbs sim/kube/kinds sim/aws/ec2 sim/aws/autoscaling sim/aws/eks
sim/scenario: src/base sim/stage sim/world sim/http sim/invariants sim/kube sim/kube/serve sim/kube/verbs sim/kube/kinds sim/kube/controllers sim/kube/schema sim/aws/protocol sim/aws/ec2 sim/aws/eks
sim/lab: src/base sim/stage sim/world sim/http sim/scenario sim/kube/verbs sim/kube/kinds sim/aws/eks
sim/sinks: src/base sim/stage sim/world sim/scenario sim/kube sim/kube/verbs sim/kube/kinds
sim/explore: src/base sim/scenario sim/sinks
sim/forecast: src/base sim/stage sim/world sim/scenario sim/sinks sim/explore sim/kube sim/kube/verbs sim/kube/kinds sim/aws/ec2
sim/import: src/base sim/world sim/scenario sim/kube sim/kube/schema sim/kube/kinds sim/kube/controllers sim/aws/ec2 sim/aws/eks
sim/commands: src/base src/net src/engine sim/stage sim/world sim/http sim/scenario sim/lab sim/sinks sim/explore sim/forecast sim/import sim/kube sim/kube/serve sim/kube/kinds
'

# "FOLDER FOLDER FILE HEADER" for every include that leaves its folder.
includes=$(find src sim -name '*.[ch]' ! -path src/main.c | sort | xargs awk '
  function folder (path) { sub ("/[^/]*$", "", path); return path }
  /^#include "/ {
    split ($0, quoted, "\"")
    header = quoted[2]
    if (header == "config.h") next
    if (header !~ /^sim\//) header = "src/" header
    if (folder (FILENAME) != folder (header)) print folder (FILENAME), folder (header), FILENAME, header
  }')

# What the rules below read must be all that there is to read.
result 'every folder with sources has a row, and holds nothing else' "$( {
  echo "$rooms" | sed -n 's/:.*//p'
  echo ' '
  find src sim -type f ! -path src/main.c ! -path 'src/config.h*' ! -path 'src/stamp-h*' \
    ! -name '*.o' ! -name '.dirstamp' ! -path '*/.deps/*' | sort
} | awk '
  /^ $/ { rows = 1; next }
  !rows { known[$1] = 1; next }
  { folder = $1; sub ("/[^/]*$", "", folder)
    if (!known[folder]) print folder " has no row"
    else if ($1 !~ /\.([ch]|css|gresource\.xml)$/ && $1 !~ /\/Makefile-inc\.am$/)
      print $1 " is no source" }' | sort -u)"
result 'includes are written plainly: quoted ones of ours, others in angle brackets' \
  "$(grep -rnE '#[[:space:]]*(include|import)' src sim --include='*.[ch]' |
     grep -vE ':#include ("[^"<>]+"|<[^"<>]+>)( /\*[^#]*\*/)?$';
     grep -rnE '#include <(sim|base|net|aws|kube|engine|commands)/' src sim;
     grep -rnE '#include "[^"]*(\.\.|\./|//)' src sim)"
result 'every include is one that its folder may have' "$( {
  echo "$rooms"
  echo "$includes"
} | awk '
  /^[a-z0-9\/]*:/ { room = substr ($1, 1, length ($1) - 1); known[room] = 1
                 for (i = 2; i <= NF; i++) may[room, $i] = 1
                 next }
  NF == 4 && !known[$1] { print $1 " has no row"; next }
  NF == 4 && !may[$1, $2] { print $3 " includes " $4 }' | sort -u)"
result 'no folders include each other in a circle' \
  "$(echo "$includes" | awk 'NF { print $1, $2 }' | sort -u | tsort 2>&1 >/dev/null)"
result 'only the EKS workflow of all that is simulated sees the engine' \
  "$(grep -rn '#include "engine/' sim | grep -Ev '^sim/(aws/eks/workflow\.c|commands/)')"

generic='sim/stage sim/kube/schema sim/kube/patch sim/kube/apply sim/kube/verbs sim/kube/serve sim/world sim/http'
alternatives () { sed -n "$1" $2 | sort -u | tr '\n' '|' | sed 's/|$//'; }
tables=$(alternatives 's/^extern const KubeKind \(kube_[a-z_]*\);/\1/p' sim/kube/kinds/kinds.h)
names=$(alternatives 's/^  \.\(kind\|plural\) = "\([A-Za-z]*\)",/\2/p' 'sim/kube/kinds/*.c')
result 'no generic file names a kind by its table' \
  "$(grep -nE "\b($tables)\b" sim/kube/*.[ch]; grep -rnE "\b($tables)\b" $generic --include='*.[ch]')"
result 'no generic file names a kind by a string' \
  "$(for file in sim/kube/*.[ch] $(find $generic -name '*.[ch]'); do
       sed 's|/\*[^"]*\("[^"]*"[^"*]*\)*\*/||g; /^ \*/d; /^\/\*/d' "$file" | grep -nE "\"($names)\"" | sed "s|^|$file:|"
     done)"
result 'no file looks up by string a kind that has a table' \
  "$(grep -rnE 'kube_kind_find(_by_name)? *\([^)]*"' sim src)"

echo "1..$n"
exit $failed
