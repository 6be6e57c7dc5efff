#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The page of `drydock run --html` as a browser lays it out: on a telephone, on a screen and on paper.
# Skipped where Chromium is not installed. Prints TAP.
drydock=${DRYDOCK:-./drydock}
source=$(cd "${srcdir:-.}" && pwd)
T=$(mktemp -d) || exit 99
trap 'rm -rf "$T"' EXIT
n=0 failed=0

# Its sandbox needs what few containers allow; what is shown is ours.
browse () {
  timeout 120 $browser --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --user-data-dir="$T/profile" "$@" 2>/dev/null
}

skip () {
  echo "ok 1 - the page in a browser # SKIP $1"
  echo 1..1
  exit 0
}

for browser in chromium chromium-browser google-chrome ''; do
  command -v "$browser" >/dev/null 2>&1 && break
done
test -n "$browser" || skip 'Chromium is not installed'
echo '<p>here</p>' >"$T/here.html"
browse --dump-dom "file://$T/here.html" | grep -q here || skip "$browser shows no file from $T"

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

# A browser's own window cannot be as narrow as a telephone, a frame can. The page inside forbids
# every script, so the one that measures stands outside.
frame () { # $1: the page; $2: the width
  cat <<HTML
<!DOCTYPE html>
<html><body><iframe id="frame" style="border:0;width:$2px;height:2000px" srcdoc="$(
  sed 's/&/\&amp;/g;s/"/\&quot;/g' "$1")"></iframe>
<pre id="found"></pre>
<script>
addEventListener("load", () => {
  const inner = document.getElementById("frame").contentDocument;
  const found = [];
  const name = element => element.textContent.trim().slice(0, 40);
  const width = inner.documentElement.clientWidth;
  const check = open => {
    const texts = new Map();
    if (inner.documentElement.scrollWidth > width)
      found.push(open + ": " + inner.documentElement.scrollWidth + " pixels wide, of " + width);
    for (const element of inner.body.querySelectorAll("*")) {
      const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
      const box = element.getBoundingClientRect();
      if (!own || element.localName === "title" || box.width === 0)
        continue;
      if (parseFloat(getComputedStyle(element).fontSize) < 12)
        found.push(open + ": letters of " + getComputedStyle(element).fontSize + ": " + name(element));
      if (box.left < -1 || box.right > width + 1)
        found.push(open + ": outside at " + box.left + " to " + box.right + ": " + name(element));
      if (element.localName !== "text")
        continue;
      const plot = element.closest("svg");
      const around = plot.getBoundingClientRect();
      if (box.left < around.left - 1 || box.right > around.right + 1)
        found.push(open + ": leaves its chart: " + name(element));
      for (const other of texts.get(plot) || [])
        if (box.left < other.right && other.left < box.right)
          found.push(open + ": two texts overlap: " + name(element));
      texts.set(plot, [...texts.get(plot) || [], box]);
    }
    for (const row of inner.querySelectorAll(".row")) {
      const label = row.querySelector(".name").getBoundingClientRect();
      const plot = row.querySelector(".plot").getBoundingClientRect();
      if (label.width && label.right > plot.left + 1 && label.bottom > plot.top + 1)
        found.push(open + ": a name covers its row: " + name(row));
    }
  };
  if (inner.querySelectorAll(".row .plot").length < 5)
    found.push("there are no charts");
  check("folded");
  for (const fold of inner.querySelectorAll("details"))
    fold.open = true;
  check("unfolded");
  document.getElementById("found").textContent = "measured\n" + found.slice(0, 20).join("\n");
});
</script></body></html>
HTML
}

layout () { # $1: the page; $2: the width
  frame "$1" "$2" >"$T/frame.html"
  browse --window-size=1600,1200 --dump-dom "file://$T/frame.html" >"$T/dom"
  sed -n '/<pre id="found">/,/<\/pre>/p' "$T/dom" | sed 's/<[^>]*>//g' >"$T/found"
  grep -q '^measured' "$T/found" || echo 'nothing was measured'
  sed '/^measured/d;/^$/d' "$T/found"
}

pages () { # $1: the page
  browse --no-pdf-header-footer --print-to-pdf="$T/page.pdf" "file://$1" >/dev/null
  grep -a -c '/Type */Page\>' "$T/page.pdf"
}

cat >"$T/many.yaml" <<TEXT
about: "Forty nodes, <script>alert('not run')</script> & ten at a time."
seed: 3
world:
  cluster: {name: eks-workshop, version: "1.30"}
  nodegroups:
    - {name: default, desired: 40, min: 3, max: 60, release: 1.30.0-20240625, update: {maxUnavailable: 10}}
  workloads: [$source/scenarios/workloads/system.yaml, $source/scenarios/workloads/shop.yaml]
steps:
  - at: 1m
    eks: {operation: UpdateNodegroupVersion, input: {clusterName: eks-workshop, nodegroupName: default}}
expect:
  - within: 3h
    update: {nodegroup: default, status: Successful}
TEXT

for scenario in pdb-blocks-drain minor-upgrade parallel-nodes nothing-to-do failed-update-keeps-its-node many; do
  place=$source/scenarios/$scenario.yaml
  test $scenario = many && place=$T/many.yaml
  "$drydock" run -q --transport direct --html "$T/$scenario.html" "$place" >/dev/null || failed=1
  for width in 400 1400; do
    result "$scenario is legible at $width pixels" "$(layout "$T/$scenario.html" $width)"
  done
done

printed () { # $1: the scenario; $2: the most sheets
  sheets=$(pages "$T/$1.html")
  test "$sheets" -ge 1 && test "$sheets" -le "$2" || echo "$sheets sheets"
}
result 'an update of three nodes takes two sheets of paper' "$(printed pdb-blocks-drain 2)"
result 'one of forty takes no more than five' "$(printed many 5)"

echo "1..$n"
exit $failed
