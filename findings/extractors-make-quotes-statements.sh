#!/bin/sh
# HTML's <q> marks a quotation; its quotation marks must not be in the text, they are drawn by the reader's program (HTML
# Standard, 4.5.7). trafilatura 2.3.1, html-text 0.7.1 and jusText 3.0.2 take the words and draw no marks, so what somebody
# said stands there as the paper's own words; inscriptis 2.7.6 and browsers draw them. trafilatura also ends the line.
# Seen with Python 3.11: "The minister said we have won the war and left the hall." without marks by the first three.
# Remedy: put quotation marks around the text of every <q> before the extraction.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check trafilatura==2.3.1 html-text==0.7.1 justext==3.0.2 inscriptis==2.7.6
seen=$("$folder/venv/bin/python" -c '
import html_text, inscriptis, justext, trafilatura

filler = "<p>The council met in the morning and heard the report on the truce in the south of the country, {}.</p>"
quoting = "<p>The minister said <q>we have won the war</q> and left the hall.</p>"
page = "<html lang=\"en\"><head><title>A report</title></head><body><article>" + "".join(
    (filler.format("as planned"), filler.format("as before"), quoting, filler.format("in full"))) + "</article></body></html>"
paragraphs = justext.justext(page, justext.get_stoplist("English"))
for name, text in {
    "trafilatura": trafilatura.extract(page),
    "html-text": html_text.extract_text(page),
    "jusText": "\n".join(paragraph.text for paragraph in paragraphs),
    "inscriptis": inscriptis.get_text(page),
}.items():
    text = " ".join(text.split())
    print(f"{name}:", text[text.index("The minister") : text.index("hall.") + 5])
')
echo "$seen"
[ "$seen" = "trafilatura: The minister said we have won the war and left the hall.
html-text: The minister said we have won the war and left the hall.
jusText: The minister said we have won the war and left the hall.
inscriptis: The minister said \"we have won the war\" and left the hall." ] || { echo "this has changed" >&2; exit 1; }
