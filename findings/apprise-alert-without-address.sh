#!/bin/sh
# apprise 2.3.0 turns an HTML message into plain text for services that take no HTML (ntfy, gotify, Mattermost and more, by
# their default). Of a link it keeps the words and drops the address, without a warning and with success as the result: an
# alert on an article arrives without a way to the article. Towards Markdown the address is kept.
# Seen with Python 3.11, a local server in place of ntfy: as text "Talks fail: read"; as Markdown with the address in it.
# Remedy: write the address out beside the link in HTML messages, or send `body_format=markdown` to such services.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check apprise==2.3.0
received() {
  "$folder/venv/bin/python" -c '
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from apprise import Apprise

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        print(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        pass

server = HTTPServer(("127.0.0.1", 0), Receiver)
Thread(target=server.serve_forever, daemon=True).start()
sender = Apprise()
sender.add(f"ntfy://127.0.0.1:{server.server_port}/desk{sys.argv[1]}")
assert sender.notify(body="<p>Talks fail: <a href=\"https://example.org/1\">read</a></p>", body_format="html")
' "$1"
}
text=$(received "")
markdown=$(received "?format=markdown")
echo "to a service of plain text: $text"
echo "to a service of Markdown: $markdown"
[ "$text" = "Talks fail: read" ] && [ "$markdown" = "Talks fail: [read](<https://example.org/1>)" ] || { echo "this has changed" >&2; exit 1; }
