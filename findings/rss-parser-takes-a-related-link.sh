#!/bin/sh
# npm's rss-parser 3.13.0 looks for `rel="alternate"` among the links of an Atom entry and takes the first link if none has
# it. RFC 4287, 4.2.7.2: a link without `rel` is the alternate one. So an entry that names its sources or its comments
# before its own page gets the address of another outlet: the item is filed, deduplicated and fetched under that address.
# Seen with Node 20: "https://other.example/a"; with `rel="alternate"` written out: "https://example.org/1".
# Remedy: ask for the links (`customFields: {item: [["link", "links", {keepArray: true}]]}`) and choose among them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --silent --no-audit --no-fund rss-parser@3.13.0 xml2js@0.5.0 >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
cat >"$folder/read.cjs" <<'EOF'
const Parser = require("rss-parser");
const feed = `<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:example:feed</id><title>A desk</title>
  <updated>2026-03-05T14:30:00Z</updated><entry><id>urn:example:1</id><title>A report</title>
  <updated>2026-03-05T14:30:00Z</updated><link rel="related" href="https://other.example/a"/>
  <link ${process.argv[2]} href="https://example.org/1"/></entry></feed>`;
new Parser().parseString(feed).then((read) => console.log(read.items[0].link));
EOF
implied=$(node "$folder/read.cjs" "")
written=$(node "$folder/read.cjs" 'rel="alternate"')
echo "rel left out: $implied"
echo "rel written out: $written"
[ "$implied" = "https://other.example/a" ] && [ "$written" = "https://example.org/1" ] || { echo "this has changed" >&2; exit 1; }
