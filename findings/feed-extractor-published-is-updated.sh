#!/bin/sh
# npm's @extractus/feed-extractor 8.0.3 fills `published` of an Atom entry from `updated`, and looks at `published` only if
# there is no `updated`, which RFC 4287 makes obligatory. An old article that was corrected today is thus "published" today,
# and nothing in the result tells it; RSS and JSON Feed keep the day of publication.
# Seen with Node 20: Atom "2026-03-05T09:00:00.000Z"; the same article as JSON Feed: "2024-01-02T09:00:00.000Z".
# Remedy: `getExtraEntryFields: (entry) => ({published: entry.published})`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --silent --no-audit --no-fund @extractus/feed-extractor@8.0.3 >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
cat >"$folder/read.mjs" <<'EOF'
import { extractFromJson, extractFromXml } from "@extractus/feed-extractor";
const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:example:feed</id><title>A desk</title>
  <updated>2026-03-05T09:00:00Z</updated><entry><id>urn:example:1</id><title>A report</title>
  <link href="https://example.org/1"/><published>2024-01-02T09:00:00Z</published>
  <updated>2026-03-05T09:00:00Z</updated></entry></feed>`;
const json = { version: "https://jsonfeed.org/version/1.1", title: "A desk", items: [{ id: "1", url: "https://example.org/1",
  title: "A report", content_text: "Text.", date_published: "2024-01-02T09:00:00Z", date_modified: "2026-03-05T09:00:00Z" }] };
console.log((process.argv[2] === "atom" ? extractFromXml(atom) : extractFromJson(json)).entries[0].published);
EOF
atom=$(node "$folder/read.mjs" atom)
json=$(node "$folder/read.mjs" json)
echo "published, from Atom: $atom"
echo "published, from JSON Feed: $json"
[ "$atom" = "2026-03-05T09:00:00.000Z" ] && [ "$json" = "2024-01-02T09:00:00.000Z" ] || { echo "this has changed" >&2; exit 1; }
