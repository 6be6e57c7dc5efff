#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every command of README.md, of the examples in `drydock COMMAND --help` and of the manual pages, as
# it is typed there, in a scratch directory that looks like the checkout. Each must end with the
# status and leave the files that the text promises. A command for which there is no rule below
# fails; what cannot be run as typed says why. Prints TAP.
#
# DRYDOCK names the program (./drydock); README another README.md.

set -u

DRYDOCK=$(readlink -f "${DRYDOCK:-./drydock}")
source=$(cd "${srcdir:-.}" && pwd)
README=$(readlink -f "${README:-$source/README.md}")
T=$(mktemp -d) || exit 99
XDG_STATE_HOME=$T/state
export XDG_STATE_HOME
number=0
failures=0
server=
lab=
helpers= # what else runs beside a command, and needs the lab

# Whoever does not end when told to, as nobody answers any more, is made to: nothing waits for ever.
stop ()
{
  for pid in $helpers $server; do
    kill "$pid" 2>/dev/null
  done
  for pid in $helpers $server; do
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 200 ]; do
      tries=$((tries + 1))
      sleep 0.05
    done
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
  helpers=
  server=
  lab=
}

# Of the lab's clock, which a lab that hangs does not answer.
ctl () { timeout 60 drydock ctl "$@"; }

cleanup ()
{
  stop
  rm -rf "$T"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ok ()
{
  number=$((number + 1))
  echo "ok $number - $1"
}

not_ok ()
{
  number=$((number + 1))
  failures=$((failures + 1))
  echo "not ok $number - $1"
  [ -f "$T/output" ] && tail -n 20 "$T/output" | sed 's/^/# /'
  rm -f "$T/output"
}

skip ()
{
  number=$((number + 1))
  echo "ok $number - $1 # SKIP $2"
}

# says PATTERN: the output of the last command holds PATTERN.
says ()
{
  if grep -Eqs -- "$1" "$T/output"; then ok "$place: it says $1"; else not_ok "$place: no /$1/"; fi
}

# promise SENTENCE COMMAND...: the text promises what COMMAND finds true.
promise ()
{
  sentence=$1
  shift
  rm -f "$T/output"
  if "$@" >"$T/output" 2>&1; then ok "$place: $sentence"; else not_ok "$place: $sentence"; fi
}

wait_for_line ()
{
  tries=0
  until grep -Eq "$2" "$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -gt 1200 ] && return 1
    sleep 0.05
  done
}

# ---- what is written where ----

# Each command becomes a file NNN in a folder, its first line the place where it stands.
# A block of README.md is indented by four spaces; here-documents belong to their command.
commands_of_readme ()
{
  awk -v to="$1" '
    function begin () { name = sprintf ("%s/%03d", to, ++n); print "README.md:" NR >name }
    function line (text) { print text >name }
    here != "" { sub (/^    /, ""); line ($0); if ($0 == here) { here = ""; close (name) } next }
    !/^    / { code = 0; blank = $0 == ""; next }
    !code && !blank && NR > 1 { next }
    {
      code = 1
      sub (/^    /, "")
      if (!open) begin ()
      open = /\\$/
      line ($0)
      if (match ($0, /<<.?[A-Z]+/)) { here = substr ($0, RSTART + 2); gsub (/[^A-Z]/, "", here) }
      else if (!open) close (name)
    }' "$README"
}

# An example of a help text is indented by two spaces; what stands far to its right, or below it,
# explains it.
commands_of_help ()
{
  awk -v to="$1" -v place="drydock $2 --help" '
    /^Examples:/ { examples = 1; next }
    !examples || /^[^ ]/ || /^$/ { examples = 0; next }
    !open && /^   / { next }
    {
      if (!open) { name = sprintf ("%s/%03d", to, ++n); print place >name }
      open = /\\$/
      sub (/^ +/, "")
      sub (/   .*/, "")
      print >name
    }' "$3"
}

commands_of_manual ()
{
  sed -n '/^\.SH EXAMPLES/,/^\.fi/p' "$2" | sed '/^\./d; s/\\-/-/g' |
    awk -v to="$1" -v of="$3" '{ name = sprintf ("%s/%03d", to, NR); print of >name; print >name }'
}

# ---- the lab ----

# starts TYPED: a server runs as TYPED says, or at a free port where the one it names is taken.
starts ()
{
  stop
  for port in '' ' --port 0'; do
    rm -f "$T/server"
    # shellcheck disable=SC2086
    (set -f; exec $1$port) >"$T/server" 2>&1 </dev/null &
    server=$!
    wait_for_line "$T/server" '^drydock (ready on http|serve:)'
    if grep -q '^drydock ready' "$T/server"; then
      lab=$(sed -n 's/^drydock ready on //p' "$T/server")
      unset AWS_ENDPOINT_URL
      if [ -n "$port" ]; then
        echo "# at $lab, as another program has the port: $1"
        export AWS_ENDPOINT_URL="$lab"
      fi
      return
    fi
    stop
    grep -q 'already in use' "$T/server" || break
  done
  cp "$T/server" "$T/output"
  return 1
}

ready ()
{
  [ -n "$server" ] && kill -0 "$server" 2>/dev/null && return
  echo "# for what follows: $serve"
  starts "$serve" || return
  set -a
  . ./lab.env
  set +a
}

# An update takes twenty virtual minutes. An engine outside of the lab has its timeouts in the lab's
# time, 15 minutes for nodes to join: a moment in which the machine does something else must not be
# too many of them.
hurry () { ready && ctl speed "${1:-300x}" >/dev/null; }

# The update that is watched, or waited for, begins first.
begin_update ()
{
  ctl --endpoint "$lab" reset >/dev/null
  : >"$T/begun" # what an earlier one said is not waited for
  drydock watch --start --endpoint-url "$lab" "$@" >"$T/begun" 2>&1 &
  begun=$!
  helpers="$helpers $begun"
  wait_for_line "$T/begun" 'watching update'
  kill "$begun"
}

# A cluster like the one of the examples that are meant for AWS.
cat >"$T/shop.yaml" <<END
about: The cluster of those examples that need an AWS account.
cluster: {name: shop, version: "1.30"}
releases: [{release: 1.30.0-20240710, image: ami-0123456789abcdef0}]
nodegroups: [{name: blue, desired: 3, max: 4, release: 1.30.0-20240625}]
workloads: [$source/scenarios/workloads/system.yaml, $source/scenarios/workloads/shop.yaml]
END

# ---- the rules ----

# runs TYPED [STATUS [INSTEAD]]: it ends with STATUS (0), and the files it names are there. INSTEAD
# is what is run where the typed command itself cannot be.
runs ()
{
  wanted=${2:-0}
  files=$(written "$1")
  # shellcheck disable=SC2086
  rm -f $files
  timeout -k 10 300 sh -c "${3:-$1}" >"$T/output" 2>&1 </dev/null
  status=$?
  for file in $files; do
    [ -s "$file" ] || status="$status, and $file is missing or empty"
  done
  if [ "$status" = "$wanted" ]; then
    # shellcheck disable=SC2086,SC2116
    ok "$place: $first${files:+, which writes }$(echo $files)"
  else
    not_ok "$place: $first: status $status, not $wanted"
  fi
}

# The files that the command says it writes.
written ()
{
  (
    set -f
    flag=
    case $1 in *drydock*) ;; *) exit ;; esac
    for word in $1; do
      case $flag in
        --html | --perfetto | --trace | --report | --results | --metrics-file) echo "$word" ;;
        -o | --output | --env) echo "$word" ;;
      esac
      flag=$word
    done
  )
}

# Where one client is missing, its command is skipped.
client ()
{
  if ! command -v "$1" >/dev/null; then
    skip "$place: $first" "$1 is not installed"
    return 1
  fi
  ready || { not_ok "$place: $first: there is no lab"; return 1; }
}

# except REASON: what follows is not what was typed, and why.
except () { echo "# not as typed: $first: $1"; }

# once COMMAND...: what was run already, at another place, is not run again.
once ()
{
  plain=$(echo "$first" | sed 's|^build/||')
  if grep -Fxq -- "$plain" "$T/seen"; then
    echo "# $place: $first: it ran above"
  else
    echo "$plain" >>"$T/seen"
    "$@"
  fi
}

# A group of one's own, shop-nodes, behind a launch template that is there.
make_group ()
{
  template=MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId
  export AWS_ENDPOINT_URL="$lab"
  # shellcheck disable=SC2046
  set -- $(aws autoscaling describe-auto-scaling-groups --profile shop --output text \
    --query "AutoScalingGroups[0].[VPCZoneIdentifier,$template]")
  aws autoscaling create-auto-scaling-group --profile shop --auto-scaling-group-name shop-nodes \
    --min-size 1 --max-size 4 --desired-capacity 2 --vpc-zone-identifier "${1-}" \
    --mixed-instances-policy "LaunchTemplate={LaunchTemplateSpecification={LaunchTemplateId=${2-},\
Version=1},Overrides=[{InstanceType=m5.large}]}"
  ctl skip 10m >/dev/null
}

# shop PATTERN: it says PATTERN in a world that takes AWS's place, with the keys of a profile.
shop ()
{
  starts "drydock serve --port 0 --world $T/shop.yaml --env shop.env" || {
    not_ok "$place: $first: there is no lab"
    return
  }
  speed=600x
  except "it asks AWS; here a pretend one is named by AWS_ENDPOINT_URL"
  case $typed in
    *--start*) ;;
    *upgrade*)
      speed=300x
      make_group
      ;;
    *watch*)
      ctl --endpoint "$lab" speed 1x >/dev/null
      begin_update --cluster shop --nodegroup blue --aws-profile shop
      : >"$T/output"
      (wait_for_line "$T/output" 'watching update' && ctl --endpoint "$lab" speed 600x) \
        >/dev/null 2>&1 &
      helpers="$helpers $!"
      speed=1x # until somebody watches
      ;;
  esac
  ctl --endpoint "$lab" speed "$speed" >/dev/null
  runs "$typed" 0 "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY KUBECONFIG
    AWS_ENDPOINT_URL=$lab
    export AWS_ENDPOINT_URL
    $typed"
  says "$1"
  stop
}

run ()
{
  runs "$typed"
  case $first in *'--format json'*) says '^\{"scenario":.*\}$' ;; esac
}

explore ()
{
  runs "$typed"
  says ', 0 failed'
}

shrink ()
{
  runs "$typed"
  small=$(written "$typed")
  : "${small:=mine.shrunk.yaml}"
  promise "$small has one node" grep -q 'desired: 1$' "$small"
  promise 'and one deployment' sh -c "test \$(grep -c 'kind: Deployment' $small) -eq 1"
  promise 'and its budget' grep -q 'kind: PodDisruptionBudget' "$small"
  promise 'and no fault' sh -c "! grep -q ^faults $small"
  promise 'and fails' sh -c "drydock run --quiet --transport direct $small; test \$? -eq 1"
}

serves ()
{
  # shellcheck disable=SC2046
  rm -f lab.kubeconfig $(written "$typed")
  if starts "$typed"; then ok "$place: $first"; else not_ok "$place: $first"; fi
  for file in $(written "$typed"); do promise "it writes $file" test -s "$file"; done
  case $typed in
    *' --kubeconfig lab.kubeconfig') promise 'and a kubeconfig' test -s lab.kubeconfig ;;
  esac
}

obey ()
{
  place=$(sed -n 1p "$1")
  typed=$(sed 1d "$1")
  first=$(echo "$typed" | awk '
    { sub (/^ +/, ""); more = sub (/ *\\$/, ""); printf "%s%s", $0, more ? " " : "\n" }
    !more { exit }')
  # The lab may be at another port than the one of the text.
  case $typed in
    *http://127.0.0.1:*)
      ready || { not_ok "$place: $first: there is no lab"; return; }
      moved=$(echo "$typed" | sed "s|http://127\.0\.0\.1:[0-9]*|$lab|")
      [ "$moved" = "$typed" ] || except "the lab is at $lab"
      typed=$moved
      ;;
  esac
  case $first in
    ./quickstart | './quickstart check')
      skip "$place: $first" 'it builds and runs all tests, this one among them'
      promise 'there is such a script' sh -n "$source/quickstart"
      ;;
    "cat >mine.yaml <<'END'")
      runs "$typed"
      promise 'there it is' test -s mine.yaml
      ;;
    'build/drydock run mine.yaml')
      runs "$typed" 1
      says 'budget api needs 2 healthy pods and has 2, refused 20 times'
      ;;
    *'drydock run '*' | jq .digest')
      if command -v jq >/dev/null; then
        runs "$typed"
        says '^"[0-9a-f]{64}"$'
      else
        skip "$place: $first" 'jq is not installed'
      fi
      ;;
    'drydock run --events')
      runs "$typed"
      says '^  drain.started$'
      ;;
    'drydock run --events --format json')
      runs "$typed"
      says '"\$schema": "https://json-schema.org'
      ;;
    'build/drydock run '* | 'drydock run '*)
      once run
      ;;
    'drydock explore '*'--time 10m '*)
      except 'ten minutes are a moment here'
      runs "$typed" 0 "$(echo "$typed" | sed 's/--time 10m/--time 100ms/')"
      ;;
    'build/drydock explore '* | 'drydock explore '*) once explore ;;
    'drydock explain')
      runs "$typed"
      says '^pods +po +v1 +Pod$'
      ;;
    'drydock explain '*)
      runs "$typed"
      says 'not modelled'
      ;;
    'kubectl get nodes,pods,'* | 'aws eks describe-nodegroup --cluster-name prod '*)
      skip "$place: $first" 'it asks for a cluster of the reader'
      ;;
    *'drydock import '*)
      cp "$source/tests/dumps/passing.json" objects.yaml
      cp "$source/tests/dumps/blue-nodegroup.json" blue.json
      runs "$typed"
      promise 'it writes prod.yaml' test -s prod.yaml
      ;;
    *'drydock forecast '*)
      runs "$typed"
      says 'PASSES: the update of node group default succeeds in [0-9]+ of '
      ;;
    'drydock merge '*) runs "$typed"; says '^9 rehearsals: 9 held' ;;
    *'drydock shrink '*mine.yaml) once shrink ;;
    'build/drydock serve'* | 'drydock serve'*) serves ;;
    '. ./lab.env' | EKS_VERSION=*)
      case $first in *aws*) client aws || return ;; esac
      set -a
      if eval "$typed"; then ok "$place: $first"; else not_ok "$place: $first"; fi
      set +a
      ;;
    'aws eks wait '*)
      client aws || return
      runs "$typed"
      promise 'the update is at its end' sh -c 'drydock ctl status | grep -q "default ACTIVE"'
      ;;
    'aws ssm '*)
      client aws || return
      runs "$typed"
      says '^ami-[0-9a-f]+$'
      ;;
    'aws eks '*) client aws && runs "$typed" ;;
    'kubectl get nodes --watch')
      client kubectl || return
      kubectl get nodes --watch >"$T/watched" 2>&1 </dev/null &
      helpers="$helpers $!"
      promise "$first" wait_for_line "$T/watched" ' Ready '
      ;;
    'kubectl '*) client kubectl && runs "$typed" ;;
    *'drydock ctl until event drain.started')
      # slowly, so that no drain has begun before anybody waits for one; waiting runs the world
      hurry 1x && begin_update --cluster "$EKS_CLUSTER_NAME" --nodegroup "$EKS_DEFAULT_MNG_NAME"
      runs "$typed"
      ;;
    *'drydock ctl '*)
      hurry
      runs "$typed"
      ;;
    *'drydock upgrade '*' --asg shop-nodes '*)
      if command -v aws >/dev/null; then
        once shop '2 nodes were replaced'
      else
        skip "$place: $first" 'aws, which makes such a group in the lab, is not installed'
      fi
      ;;
    *'drydock watch --cluster shop '*)
      shop 'EKS has updated node group'
      ;;
    *'drydock upgrade '*'--endpoint-url '*--dry-run)
      ready
      runs "$typed"
      says '^Plan .nothing was changed'
      ;;
    *'drydock upgrade '*'--endpoint-url '*)
      hurry && ctl reset >/dev/null
      runs "$typed"
      says '3 nodes were replaced'
      ;;
    *'drydock watch '*'--endpoint-url '*)
      hurry 600x && ctl reset >/dev/null
      runs "$typed"
      says 'EKS has updated node group'
      ;;
    *) not_ok "$place: $first: tests/readme.sh has no rule for it" ;;
  esac
}

# all FOLDER: what one text holds, in its order, with a lab of its own.
all ()
{
  stop
  if [ -f "$1/001" ]; then
    for file in "$1"/*; do obey "$file"; done
  else
    not_ok "there are commands in $(basename "$1")"
  fi
}

# ---- what is said in passing ----

# flags TEXT: each flag that TEXT names is explained by a help text.
flags ()
{
  for flag in $(echo "$1" | grep -Eo -- '--[a-z]+[a-z-]*' | sort -u); do
    promise "there is a flag $flag" grep -qE -- "$flag([^a-z-]|\$)" "$T/help/all"
  done
}

passing ()
{
  rm -f "$T/output"
  place=README.md
  # shellcheck disable=SC2016
  promise 'commands are indented by four spaces, not fenced' sh -c \
    '! grep -nE "^ *(\`\`\`|~~~)|^ *	" "$1"' - "$README"
  claimed=$(tr '\n' ' ' <"$README" | sed -n 's/.* \([0-9]*\) invariants are checked.*/\1/p')
  drydock run --quiet --transport direct scenarios/nothing-to-do.yaml >"$T/output"
  says "held +${claimed:-unknown} invariants"
  quoted=$(tr '\n' ' ' <"$README" | grep -o '`[^`]*`' | tr -d '`')
  flags "$(echo "$quoted" | grep -v '^aws\|^kubectl')"
  for word in $(echo "$quoted" | sed -n 's/^drydock \([a-z]*\).*/\1/p' | sort -u); do
    promise "there is a command drydock $word" test -s "$T/help/$word"
  done
  for word in $(echo "$quoted" | sed -n 's/^drydock ctl //p' | tr '|' '\n' | sed 's/ .*//'); do
    promise "there is an operation $word" grep -q "^  $word " "$T/help/ctl"
  done
  place='the manual pages'
  flags "$(cat "$source"/doc/*.[15] | sed 's/\\-/-/g')"
}

# ---- the run ----

mkdir -p "$T/bin" "$T/here/build" "$T/home/.aws" "$T/help" "$T/README.md" "$T/man" "$T/trace" || exit 99
ln -s "$DRYDOCK" "$T/bin/drydock"
ln -s "$DRYDOCK" "$T/here/build/drydock"
ln -s "$source/scenarios" "$T/here/scenarios"
printf '[%s]\nregion = us-west-2\naws_access_key_id = drydock\naws_secret_access_key = drydock\n' \
  'profile shop' >"$T/home/.aws/config"
: >"$T/seen"
PATH=$T/bin:$PATH
HOME=$T/home
export PATH HOME AWS_PAGER="" AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_CONFIG_FILE http_proxy HTTP_PROXY https_proxy HTTPS_PROXY
cd "$T/here" || exit 99

drydock --help >"$T/help/all"
helpful=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$T/help/all")
for command in $helpful; do
  mkdir "$T/$command"
  drydock "$command" --help >"$T/help/$command"
  commands_of_help "$T/$command" "$command" "$T/help/$command"
done
cat "$T"/help/* >"$T/everything" && mv "$T/everything" "$T/help/all"
commands_of_readme "$T/README.md"
commands_of_manual "$T/man" "$source/doc/drydock.1" 'drydock(1)'
commands_of_manual "$T/trace" "$source/doc/drydock-trace.5" 'drydock-trace(5)'
serve=$(cat "$T"/README.md/* | grep '^build/drydock serve' | head -n 1)

passing
all "$T/README.md"
for command in $helpful; do all "$T/$command"; done
all "$T/man"
all "$T/trace"
stop
echo "1..$number"
[ "$failures" -eq 0 ]
