#!/bin/sh
# npm's rss-parser 3.13.0 reads `type="xhtml"` of Atom (RFC 4287, 3.1.1.3: markup as child elements) through a tree that
# keeps the text of a paragraph in one string and its child elements in another. It writes the text first and the elements
# behind it, so a marked word leaves its place: a denial becomes a statement, in `content` as in `contentSnippet`.
# Seen with Node 20: "The ministry did  confirm the report.not"; the same sentence as escaped `type="html"`:
# "The ministry did not confirm the report."
# Remedy: take the element's own XML from another parser wherever a feed has `type="xhtml"`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --silent --no-audit --no-fund rss-parser@3.13.0 xml2js@0.5.0 >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
cat >"$folder/read.cjs" <<'EOF'
const Parser = require("rss-parser");
const content = {
  xhtml: '<div xmlns="http://www.w3.org/1999/xhtml"><p>The ministry did <b>not</b> confirm the report.</p></div>',
  html: "&lt;p&gt;The ministry did &lt;b&gt;not&lt;/b&gt; confirm the report.&lt;/p&gt;",
};
const type = process.argv[2];
const feed = `<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:example:feed</id><title>A desk</title>
  <updated>2026-03-05T14:30:00Z</updated><entry><id>urn:example:1</id><title>A report</title>
  <updated>2026-03-05T14:30:00Z</updated><link href="https://example.org/1"/>
  <content type="${type}">${content[type]}</content></entry></feed>`;
new Parser().parseString(feed).then((read) => console.log(read.items[0].contentSnippet));
EOF
xhtml=$(node "$folder/read.cjs" xhtml)
html=$(node "$folder/read.cjs" html)
echo "as xhtml: $xhtml"
echo "as html: $html"
[ "$xhtml" = "The ministry did  confirm the report.not" ] && [ "$html" = "The ministry did not confirm the report." ] || { echo "this has changed" >&2; exit 1; }
