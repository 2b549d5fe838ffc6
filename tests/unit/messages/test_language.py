"""An alert and a digest are wholly in their reader's language: no word of ours is left in English."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from monitor.alerts.own_events import Ailments, said
from monitor.alerts.own_events import words as event_words
from monitor.config import load
from monitor.delivery.channel import Answer, Stage, http_outcome, smtp_outcome
from monitor.demo import messages
from monitor.demo.stories import FEEDS, story_item
from monitor.jobs.watch import clock_set
from monitor.languages.locale import frame, texts
from monitor.languages.locale import messages as sections
from monitor.messages.alert import alert_context
from monitor.messages.digest import digest_context
from monitor.model import (
    Change,
    ContactStatus,
    Event,
    EventKind,
    FeedHealth,
    FetchFault,
    Item,
    Match,
    Phrase,
    Speaker,
    Story,
    Unseen,
    UnseenKind,
    Work,
    WorkKind,
)
from monitor.model.events import SEVERITIES
from monitor.parts import Parts, build
from monitor.stories.summary import why

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.messages.templates import Templates

#: the shipped watchlists are compiled once, not by each worker
pytestmark = pytest.mark.xdist_group("language")

OTHERS = ("ar", "fr", "it", "ru", "tr")
NOW, HOUR = messages.NOW, timedelta(hours=1)
MEETING = "Халифа Хафтар встретился в Москве с Владимиром Путиным."
DENIED = "МИД России опроверг, что Халифа Хафтар встретился с Сергеем Лавровым."
LEAVE = "Совет Безопасности ООН потребовал вывода иностранных сил из Ливии."


@cache
def parts() -> Parts:
    """The shipped watchlists."""
    return build(load.load(None, {}))


def told() -> Iterator[Story]:
    """Stories that the shipped rules find in news without an English word."""
    for number, text in enumerate((MEETING, DENIED, LEAVE, "Боевики ЧВК Вагнера замечены в Мали."), 1):
        item = story_item(number, "volga", text, text)
        decision = parts().matcher.decide(item.item)
        assert decision.matches, text
        yield Story(
            id=f"s-{number}",
            items=(replace(item, matches=decision.matches, contacts=decision.contacts, revision=2, withdrawn_at=NOW),),
        )  # fmt: skip


def whys() -> Iterator[str]:
    """What the program writes down of receivers and of itself, by who writes it."""
    for status in (301, 410, 503):
        yield http_outcome(Answer(status=status, headers={}), NOW).reason  # type: ignore[union-attr]
    yield smtp_outcome(Stage.LOGIN, 535, "5.7.8", ()).reason  # type: ignore[union-attr]
    yield "2 messages refused in a row, the last: HTTP 400"
    for kind, subject in ((WorkKind.POLLING, ""), (WorkKind.JOB, "prune"), (WorkKind.LANE, "папка")):
        for since, done in ((NOW - HOUR, None), (NOW - HOUR, NOW), (None, NOW)):
            work = Work(kind=kind, subject=subject, due=3, since=since, done_at=done, tell_after=HOUR)
            yield said(work)
            yield said(replace(work, resting="suspended", oldest="the last answer: HTTP 503"))
    yield clock_set(90, NOW).detail
    yield clock_set(-90, NOW).detail
    ailments = Ailments()
    for _ in range(2):
        ailments.failed("prune", ValueError(), NOW)
        yield from (finding.detail for finding in ailments.findings(NOW))


def coverage() -> Any:
    """Everything that can be wrong at once."""
    detail = "not complete after 30 s"
    feeds = [
        FeedHealth(feed=FEEDS["volga"], state="failing", why=(Phrase(key="feed.never"), Phrase(text=f"{fault}: {detail}")))
        for fault in FetchFault
    ]  # fmt: skip
    unseen = [
        Unseen(kind=kind, subject="volga", title="Волга", since=NOW - HOUR, until=NOW, count=2, detail=detail)
        for kind in (UnseenKind.OUTAGE, UnseenKind.DOCUMENT, UnseenKind.ARTICLE)
        for detail in ("timeout: TimeoutError: no progress", "entry 2: title cut to 300 characters", "not modified")
    ]  # fmt: skip
    events = [
        Event(
            id=1,
            kind=kind,
            subject="lane папка" if kind.of_work else "папка",
            severity=SEVERITIES[kind],
            detail="",
            opened_at=NOW,
            seen_at=NOW,
        )
        for kind in EventKind
    ]
    report = messages.coverage()
    return replace(
        report,
        watched=len(feeds),
        unwell=feeds,
        unseen=tuple(unseen),
        events=tuple(events),
        suspended={f"р{n}": text for n, text in enumerate(whys())},
        in_part=("папка: Хафтар: everything but the titles",),
        gaps=(Phrase(key="gap_line", values={"feed": "Волга", "when": NOW}),),
        floods=(),
        silences=(replace(report.silences[0], author="Рания", reason="сами"),),
    )


def rendered(lang: str) -> Iterator[str]:
    """An alert and a digest as text, and what of them a person reads in the other forms."""
    judge = parts().judge
    found = [judge.judge(story, lang) for story in told()]
    zone = ZoneInfo("Africa/Tripoli")
    given: dict[str, Any] = {"now": NOW, "sides": judge.press.sides, "titles": judge.called_in(lang)}
    denied = Change(
        kind="status", reason="", after=(ContactStatus.DENIED, "independent"), through=("independent",),
        speakers=("the Russian Foreign Ministry",),
    )  # fmt: skip
    news = (
        denied,
        Change(kind="participant", reason="", after=("Khalifa Haftar",)),
        Change(kind="louder", reason="", after=("high",)),
    )
    templates = parts().templates
    for judged in found:
        alert = alert_context(
            judged, reason="changed", changes=news, timezone=zone, suppressed=2, language=lang, **given
        )
        yield from forms(templates, alert)
        yield " ".join(change["reason"] for change in alert["changes"])
        yield " ".join(reason for listed in alert["story"]["watchlists"] for reason in listed["reasons"])
    findings = replace(messages.findings(lang, told=[], report=coverage()), stories=found, known={})
    digest = digest_context(findings, messages.CAUGHT_UP, series=messages.series(lang), **given)
    yield from forms(templates, digest)
    subject, lines = event_words(coverage().events, frame(lang))
    yield "\n".join([subject, *lines])
    for notice in (*digest["coverage"]["notices"], *digest["coverage"]["problems"]):
        yield notice["line"]


def forms(templates: Templates, context: Mapping[str, Any]) -> Iterator[str]:
    """A message as mail and for Slack, without what nobody reads of it."""
    kind = context["kind"]
    yield context["subject"]
    yield templates.render(f"email/{kind}.txt", context)
    yield re.sub(
        r"<(style|title).*?</\1>|<[^>]*>", "\n", templates.html(f"email/{kind}.html", context), flags=re.S
    )
    yield "\n".join(spoken(templates.data(f"slack/{kind}.json", context)))


def spoken(block: Any) -> Iterator[str]:
    """Every text of a Slack message."""
    if isinstance(block, dict):
        yield from (value for key, value in block.items() if key == "text" and isinstance(value, str))
    for inner in block.values() if isinstance(block, dict) else block if isinstance(block, list) else ():
        yield from spoken(inner)


def words(text: str) -> set[str]:
    """Latin words of four letters and more."""
    return set(re.findall(r"[a-z]{4,}", text.lower()))


def english(lang: str) -> set[str]:
    """What only our English sentences say: not the language's own, no name of ours or of anybody."""
    ours = words(" ".join(re.sub(r"\{\w+\}", "", text) for text in texts(sections("en")).values()))
    own = words(" ".join(texts(sections(lang)).values()))
    # a protocol, two products, and what silences are written with
    return ours - own - {"http", "slack", "monitor", "watchlist", "severity", "medium"}


@pytest.mark.parametrize("lang", OTHERS)
def test_no_word_of_ours_is_in_english(lang: str) -> None:
    """Reasons, changes, grades, contacts, what was not seen, what is wrong with the monitor."""
    shown = "\n".join(rendered(lang))
    named = words(" ".join([*parts().judge.called_in(lang).values(), *parts().judge.entities.values()]))
    left = {line for line in shown.splitlines() if words(line) & (english(lang) - named)}
    assert left == set()


@pytest.mark.parametrize("lang", OTHERS)
def test_what_the_program_writes_down_is_told_again(lang: str) -> None:
    """And what others say stays as it is, also beside it."""
    words = frame(lang)
    assert [text for text in whys() if words.retold(text) == text and not text.startswith("HTTP")] == []
    assert words.retold("certificate verify failed") == "certificate verify failed"
    assert words.retold("timeout: certificate verify failed").endswith("certificate verify failed")
    assert frame("en").retold("timeout: it") == "timeout: it"
    assert "digest" in words.retold("lane digest")
    assert words.retold("lane digest") != words.retold("digest")
    for hostile in ("a; b: " * 45, "a at a: " * 35, "(at (at " * 35, "1 due, (" * 35):
        assert words.retold(hostile)  # and soon: it is taken apart in one way


def test_what_others_named_is_not_told_again() -> None:
    """A receiver may be called as work is, and a newspaper end in a word of ours."""
    for kind, name in (
        (EventKind.RECEIVER_SUSPENDED, "digest"),
        (EventKind.FEED_FAILING, "never"),
        (EventKind.FEED_FAILING, "Moscow Times; gone"),
    ):
        event = Event(
            id=1, kind=kind, subject=name, severity=SEVERITIES[kind], detail="", opened_at=NOW, seen_at=NOW
        )
        assert name in event_words([event], frame("ru"))[0]
    work = replace(event, kind=EventKind.STANDS_STILL, subject="digest")
    assert "digest" not in event_words([work], frame("ru"))[0]


def shipped() -> Iterator[Match]:
    """The matches of the watchlists' own tests."""
    for path in sorted(load.bundled("watchlists").glob("*.test.yaml")):
        for test in yaml.safe_load(path.read_text("utf-8"))["tests"][::7]:
            given: Mapping[str, Any] | str | None = test.get("match")
            text = {"title": given} if isinstance(given, str) else dict(given or {})
            text = {key: str(text[key]) for key in ("title", "content", "summary", "lang") if key in text}
            if text:
                yield from parts().matcher.decide(Item(key="k", feed_id="f", **{"title": "", **text})).matches


def test_a_reason_told_again_in_english_is_what_the_matcher_wrote() -> None:
    """So that other languages say as much, and no more."""
    judge, english_words = parts().judge, frame("en")
    found = list(shipped())
    assert len(found) > 50
    odd = [match for match in found if why(match, english_words, judge.entities) != match.reason]
    assert len(odd) <= len(found) // 50, odd


def test_names_in_a_reason_are_the_readers() -> None:
    """Where the entity has one; what the text says stays as it is written."""
    (match,) = parts().matcher.decide(Item(key="k", feed_id="f", title=MEETING, lang="ru")).matches[:1]
    judge = parts().judge
    assert why(match, frame("ar", called=judge.called_in("ar")), judge.entities) == (
        "يذكر خليفة حفتر وفلاديمير بوتين مع “встретился” في جملة واحدة (العنوان)"
    )


def test_a_speaker_is_named_in_the_readers_words() -> None:
    """Whoever denies it."""
    judge = parts().judge
    speaker = Speaker("Russian Foreign Ministry", "body")
    (denied,) = [s for s in told() if s.id == "s-2"]
    judged = judge.judge(denied, "ru")
    (voice, *_) = judged.corroboration.voices
    found = replace(
        judged.corroboration, voices=(replace(voice, denies=True, speaker=speaker, through=voice.sides),)
    )
    context = alert_context(
        replace(judged, corroboration=found), reason="new", now=NOW, sides=judge.press.sides,
        titles=judge.called_in("ru"), language="ru",
    )  # fmt: skip
    assert judge.called_in("ru")[speaker.name] in context["story"]["corroboration"]["line"]
