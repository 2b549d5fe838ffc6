"""The buttons of alerts in Slack: an endpoint that Slack calls, and proves by a signature that it is Slack.

Source: docs.slack.dev, "Verifying requests from Slack" (version v0: HMAC-SHA256 over version, timestamp and
body) and "Handling user interaction".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import logs
from monitor.delivery.http import Post, post, secrets_of
from monitor.delivery.slack import SlackConfig
from monitor.delivery.slack.blocks import quiet
from monitor.desk import story as stories_page
from monitor.desk.access import SPENT, Refused
from monitor.desk.asked import document
from monitor.errors import StoreError
from monitor.languages.locale import frame
from monitor.store import silences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from monitor.config.model import ReceiverConfig
    from monitor.desk.asked import Answer, Asked, Desk
    from monitor.languages.locale import Frame

log = logs.get("desk")

#: what Slack signed longer ago is no news, or somebody says it again; in seconds
MAX_AGE = 300
_DAY, _ANSWER_WITHIN = timedelta(days=1), timedelta(seconds=10)


def pressed(desk: Desk, asked: Asked) -> Answer:
    """Do what a button says, under the name of who pressed it. Raises Refused: Slack did not send that."""
    words = frame(_sender(desk, asked).language)
    said = _payload(asked)
    user = said.get("user") or {}
    author = f"{user.get('username') or user.get('name') or user.get('id') or ''}"[:80]
    for action in said.get("actions") or ():
        act = _ACTS.get(str(action.get("action_id")))
        if act is None or not author:
            continue  # a button that only opens an address
        try:
            answer = act(desk, asked, words, str(action.get("value") or ""), f"{author} (Slack)")
        except StoreError as error:
            answer = str(error)
        _tell(desk, str(said.get("response_url") or ""), answer)
    return document(b"", "text/plain")


def _sender(desk: Desk, asked: Asked) -> ReceiverConfig:
    """The receiver whose app has sent this. Raises Refused: none, too long ago, or sent before."""
    stamp, given = (asked.headers.get(f"x-slack-{n}", "") for n in ("request-timestamp", "signature"))
    fresh = stamp.isascii() and stamp.isdigit() and len(stamp) < 13
    fresh = fresh and abs(asked.now.timestamp() - int(stamp)) <= MAX_AGE
    signed = b"v0:" + stamp.encode() + b":" + asked.body
    for receiver, secret in _secrets(desk):
        wanted = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        if hmac.compare_digest(wanted.encode(), given.encode()):
            if fresh and SPENT.spend(given, asked.now):
                return receiver
            raise Refused(403, "This was sent too long ago, or was sent already.")
    raise Refused(403, "Slack did not sign this.")


def _secrets(desk: Desk) -> Iterator[tuple[ReceiverConfig, str]]:
    for receiver in desk.app.parts.settings.config.receivers:
        settings = receiver.settings
        if isinstance(settings, SlackConfig) and settings.buttons and settings.signing_secret:
            yield receiver, settings.signing_secret.get_secret_value()


def _payload(asked: Asked) -> Mapping[str, Any]:
    try:
        found = json.loads(asked.field("payload"))
    except ValueError:
        found = None
    return found if isinstance(found, dict) and found.get("type") == "block_actions" else {}


def _acknowledge(desk: Desk, asked: Asked, words: Frame, story: str, author: str) -> str:
    with desk.app.db.transaction() as tx:
        silences.acknowledge(tx, story, author=author, now=asked.now)
    return f"{words.word('acknowledge')}: {author}, {story}"


def _silence(desk: Desk, asked: Asked, words: Frame, story: str, author: str) -> str:
    stories_page.quiet(desk, story, author, "by a button in Slack", asked.now, _DAY)
    return f"{words.word('silence_day')}: {author}, {story}"


_ACTS: Mapping[str, Callable[[Desk, Asked, Frame, str, str], str]] = {
    "acknowledge": _acknowledge,
    "silence": _silence,
}


def _tell(desk: Desk, url: str, text: str) -> None:
    """Say it under the message; Slack waits for no answer longer than three seconds."""
    if not url.startswith(("https://", "http://")):
        return
    body = json.dumps(
        {"text": quiet(text), "response_type": "in_channel", "replace_original": False}
    ).encode()
    request = Post(url=url, body=body, headers={"Content-Type": "application/json"}, secrets=secrets_of(url))
    answer = threading.Thread(target=post, args=(request, desk.app.parts.net, _ANSWER_WITHIN), daemon=True)
    answer.start()


PAGES = (("/slack/actions", "POST", pressed), ("/{_:path}/slack/actions", "POST", pressed))
