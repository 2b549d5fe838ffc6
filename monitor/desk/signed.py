"""The pages behind the signed links of messages: a reader sees a story, looks after it, keeps it quiet for a
day, or calls it a false alarm, in his language.

GET shows and changes nothing (mail scanners follow links); POST acts, once for each page that was shown. The
link is all that is asked for, and it does what it was made for and nothing else.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.desk import story as stories_page
from monitor.desk.asked import Answer
from monitor.errors import StoreError
from monitor.languages.locale import frame, frame_for
from monitor.messages import links
from monitor.messages.story import story_context
from monitor.store import silences, stories

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.desk.asked import Asked, Desk
    from monitor.languages.locale import Frame
    from monitor.messages.links import Action
    from monitor.model import Story

DAY = timedelta(days=1)
#: why it is quiet, where nobody was asked
_BY_LINK = "by the link of a message"


def page(desk: Desk, asked: Asked) -> Answer:
    """The page for a link."""
    words, kind = frame_for(asked.accepted), _kind(asked.path.rpartition("/")[2])
    try:
        return _for_link(desk, asked, words, kind)
    except StoreError:
        return _message(words, words.word("page.busy"), status=503, kind=kind)


def _for_link(desk: Desk, asked: Asked, words: Frame, kind: str) -> Answer:
    try:
        link = links.read(desk.app.link_key(), asked.get("token"), asked.now)
    except links.BadLink as error:
        return _message(words, words.word(f"page.{error}"), status=403, kind=kind)
    if link.action != asked.path.rpartition("/")[2]:
        return _message(words, words.word("page.wrong"), status=403, kind=kind)
    if not asked.genuine:
        return _message(words, words.word("page.again"), status=403, kind=kind)
    with desk.app.db.snapshot() as tx:
        story = stories.load(tx, link.story)
    if story is None:
        return _message(words, words.word("page.quiet"), kind=kind)
    return _PAGES[link.action](desk, asked, words, story)


def _kind(action: str) -> str:
    """Of which page the title speaks; empty: the false alarm's."""
    return action if action in ("acknowledge", "silence", "story") else ""


def _show(desk: Desk, _asked: Asked, words: Frame, story: Story) -> Answer:
    """The story as a message tells it, whole and as it stands now."""
    judge, settings = desk.app.parts.judge, desk.app.parts.settings
    called = judge.called_in(words.lang)
    words = frame(words.lang, judge.press.sides, called)
    told = judge.judge(story, words.lang)
    said = story_context(told, words, desk.zone, public_url=settings.config.public_url, titles=called)
    return Answer(template="told.html", values={"words": words, "w": words.for_templates, "s": said})


def _false_alarm(desk: Desk, asked: Asked, words: Frame, story: Story) -> Answer:
    lists = stories_page.watchlists(story, desk.app.parts.judge.called_in(words.lang))
    if not lists:
        return _message(words, words.word("page.quiet"))
    claim = stories_page.claimed(story.id, asked, lists) if asked.form is not None else None
    if claim is not None:
        made, count = desk.claim(claim)
        detail = words.say("page.detail", id=made.id, until=words.day(made.expires_at), count=count)
        return _message(words, words.word("page.done"), detail)
    days = {n: words.count("days", n) for n in stories_page.DAYS}
    more: dict[str, Any] = {
        "lists": lists,
        "days": days,
        "act": words.word("page.act"),
        "ask": words.word("page.ask"),
    }
    return _form(asked, words, story, words.word("page.incomplete"), **more)


def _acknowledge(desk: Desk, asked: Asked, words: Frame, story: Story) -> Answer:
    if author := _author(asked):
        with desk.app.db.transaction() as tx:
            silences.acknowledge(tx, story.id, author=author, now=asked.now)
        return _message(words, words.word("page.acknowledge_done"), kind="acknowledge")
    return _named(asked, words, story, "acknowledge")


def _silence(desk: Desk, asked: Asked, words: Frame, story: Story) -> Answer:
    if author := _author(asked):
        ends_at = stories_page.quiet(desk, story.id, author, _BY_LINK, asked.now, DAY)
        said = words.say("page.silence_done", until=words.moment(ends_at, desk.zone))
        return _message(words, said, kind="silence")
    return _named(asked, words, story, "silence")


def _author(asked: Asked) -> str:
    return asked.get("author")[:80] if asked.form is not None else ""


def _named(asked: Asked, words: Frame, story: Story, kind: str) -> Answer:
    """The form that asks for nothing but a name."""
    act, ask = words.word(f"page.{kind}_title"), words.word(f"page.{kind}_ask")
    return _form(asked, words, story, words.word("page.nobody"), kind=kind, act=act, ask=ask)


def _form(asked: Asked, words: Frame, story: Story, complaint: str, kind: str = "", **more: Any) -> Answer:
    again = asked.form is not None
    shown = {
        "token": asked.get("token"),
        "story": story.items[0].item.title,
        "complaint": complaint if again else "",
        "lists": {},
        "title": _title(words, kind),
        **more,
    }
    return _page(words, shown, status=400 if again else 200)


def _message(words: Frame, *paragraphs: str, status: int = 200, kind: str = "") -> Answer:
    """A page that says something and asks nothing."""
    return _page(words, {"paragraphs": paragraphs, "title": _title(words, kind)}, status=status)


def _title(words: Frame, kind: str) -> str:
    return words.word({"": "page.title", "story": "open_desk"}.get(kind, f"page.{kind}_title"))


def _page(words: Frame, values: dict[str, Any], *, status: int) -> Answer:
    return Answer(template="signed.html", values={"words": words, **values}, status=status)


_PAGES: dict[Action, Callable[[Desk, Asked, Frame, Story], Answer]] = {
    "story": _show,
    "acknowledge": _acknowledge,
    "silence": _silence,
    "false-alarm": _false_alarm,
}

#: whatever stands before it in `public_url`
PAGES = tuple(
    (at, how, page)
    for action in links.ACTIONS
    for at in (f"/{action}", f"/{{_:path}}/{action}")
    for how in ("GET", "POST")
)
