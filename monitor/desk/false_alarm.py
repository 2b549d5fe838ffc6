"""The page behind the signed links in alerts: a reader calls a story a false alarm, in his language.

GET shows and changes nothing (mail scanners follow links); POST acts. The link is all that is asked for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.desk.asked import Answer
from monitor.errors import StoreError
from monitor.jobs.feedback import Claim
from monitor.languages.locale import frame_for
from monitor.messages import links
from monitor.store import stories

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.desk.asked import Asked, Desk
    from monitor.languages.locale import Frame
    from monitor.model import Story

#: how long a false alarm may be remembered, in days; the second is chosen
DAYS = (30, 90, 365)


def page(desk: Desk, asked: Asked) -> Answer:
    """The page for a link."""
    words = frame_for(asked.accepted)
    try:
        return _for_link(desk, asked, words)
    except StoreError:
        return _message(words, words.word("page.busy"), status=503)


def _for_link(desk: Desk, asked: Asked, words: Frame) -> Answer:
    token = asked.get("token")
    try:
        link = links.read(desk.app.link_key(), token, asked.now)
    except links.BadLink as error:
        return _message(words, words.word(f"page.{error}"), status=410 if str(error) == "expired" else 403)
    with desk.app.db.snapshot() as tx:
        story = stories.load(tx, link.story)
    lists = watchlists(story, desk.app.parts.titles) if story is not None else {}
    if story is None or not lists:
        return _message(words, words.word("page.quiet"))
    claim = claimed(story.id, asked, lists) if asked.form is not None else None
    if claim is not None:
        made, count = desk.claim(claim)
        detail = words.say("page.detail", id=made.id, until=words.day(made.expires_at), count=count)
        return _message(words, words.word("page.done"), detail)
    asked_again = asked.form is not None
    shown = {
        "token": token,
        "title": story.items[0].item.title,
        "lists": lists,
        "days": {n: words.count("days", n) for n in DAYS},
        "complaint": words.word("page.incomplete") if asked_again else "",
    }
    return _page(words, shown, status=400 if asked_again else 200)


def watchlists(story: Story, titles: Mapping[str, str]) -> dict[str, str]:
    """Id and title of those that matched."""
    names = dict.fromkeys(m.watchlist for item in story.items for m in item.matches)
    return {name: titles.get(name, name) for name in names}


def claimed(story: str, asked: Asked, lists: Mapping[str, str]) -> Claim | None:
    """What was filled in; None: something is missing or was never offered."""
    author, reason = asked.visitor or asked.get("author")[:300], asked.get("reason")[:300]
    days, watchlist = asked.get("days"), asked.get("watchlist")
    if not author or not reason or watchlist not in lists or days not in map(str, DAYS):
        return None
    lasts = timedelta(days=int(days))
    return Claim(what=story, author=author, reason=reason, lasts=lasts, watchlist=watchlist)


def _message(words: Frame, *paragraphs: str, status: int = 200) -> Answer:
    """A page that says something and asks nothing."""
    return _page(words, {"paragraphs": paragraphs}, status=status)


def _page(words: Frame, values: Mapping[str, Any], *, status: int) -> Answer:
    # the address of this page is a secret
    headers = {"Referrer-Policy": "no-referrer"}
    return Answer(
        template="false_alarm.html", values={"words": words, **values}, status=status, headers=headers
    )


#: whatever stands before it in `public_url`
PAGES = tuple((at, how, page) for at in ("/false-alarm", "/{_:path}/false-alarm") for how in ("GET", "POST"))
