"""Whole messages for every kind of receiver, beside the golden ones and against what they promise."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.config.model import ReceiverConfig
from monitor.delivery.email.channel import MAX_HTML
from monitor.delivery.slack.blocks import plain_of
from monitor.demo import messages
from monitor.messages.alert import alert_context
from monitor.messages.digest import Findings, digest_context
from monitor.messages.render import render
from monitor.messages.templates import Templates, load
from monitor.model import MessageKind, Side
from monitor.stories.judgement import StoryJudge
from tests.golden.alerts import cases
from tests.golden.alerts.cases import BATCH, HERE, RECEIVERS, TEMPLATES, contexts, many, written
from tests.support import slacklimits
from tests.support.press import HORN_PRESS
from tests.support.tellings import PEOPLE, met, story, telling

if TYPE_CHECKING:
    from monitor.delivery.channel import Outgoing

CASES = contexts()


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load(TEMPLATES)


def sent(
    templates: Templates, case: str, receiver: ReceiverConfig, batch: str = BATCH
) -> tuple[Outgoing, ...]:
    return render(templates, CASES[case], receiver, batch=batch, at=messages.NOW)


@pytest.mark.parametrize("case", sorted(CASES))
def test_messages_are_as_they_were_approved(case: str) -> None:
    """Any change of a golden file is looked at: `python -m tests.golden.alerts.cases` writes them anew."""
    for name, text in written(CASES[case]).items():
        assert text == (HERE / case / name).read_text(encoding="utf-8"), f"{case}/{name}"


def test_each_case_is_kept_and_no_other() -> None:
    """A golden folder without a case would never be compared."""
    assert {p.name for p in HERE.iterdir() if p.is_dir() and p.name != "__pycache__"} == set(CASES)


def test_rendering_again_gives_the_same_bytes_and_ids(templates: Templates) -> None:
    """And another decision gives other ids."""
    for receiver in RECEIVERS.values():
        first, again = sent(templates, "scripts", receiver), sent(templates, "scripts", receiver)
        assert first == again
        other = sent(templates, "scripts", receiver, batch="00000000-0000-4000-8000-000000000001")
        assert {o.id for o in first}.isdisjoint(o.id for o in other)
        json.dumps([o.message.payload for o in first])


def test_every_address_gets_its_own_mail(templates: Templates) -> None:
    """Once each, with its own Message-ID and the same thread."""
    receiver = ReceiverConfig.model_validate(
        {
            "name": "r",
            "email": {
                "to": ["a@x.example", "b@x.example", "a@x.example"],
                "from": "m@x.example",
                "smtp": {"host": "h"},
            },
        }
    )
    first, second = sent(templates, "alert", receiver)
    assert [first.message.recipient, second.message.recipient] == ["a@x.example", "b@x.example"]
    heads = [o.message.payload["headers"] for o in (first, second)]
    assert heads[0]["Message-ID"] == f"<{first.id}@x.example>" != heads[1]["Message-ID"]
    assert heads[0]["References"] == heads[1]["References"] == "<story.s-4f19@x.example>"


def test_three_hundred_stories_stay_within_the_budget_and_are_all_counted(templates: Templates) -> None:
    """80 KB of HTML: some whole, more as lines, the rest as a number."""
    (mail,) = sent(templates, "three-hundred", RECEIVERS["email"])
    html = mail.message.payload["html"]
    assert len(html.encode()) <= MAX_HTML
    whole = html.count("<h3")
    lines = html.count('<div class="line ')
    left = int(re.search(r"(\d+) stor(?:y|ies) not listed here", html)[1])  # type: ignore[index]
    assert whole >= 10
    assert whole + lines + left == 300
    text = mail.message.payload["text"]
    assert f"{left} stories not listed here" in text


def test_a_webhook_gets_every_story(templates: Templates) -> None:
    """Machines do not mind the length."""
    (hook,) = sent(templates, "three-hundred", RECEIVERS["webhook"])
    body = json.loads(hook.message.payload["body"])
    assert body["type"] == hook.message.payload["type"] == "monitor.digest.v2"
    titles = {s["title"] for s in body["data"]["stories"] + body["data"]["related"]}
    assert titles == {s.items[0].item.title for s in many(300)}


titles = st.one_of(
    st.text(alphabet="abc déf حفتر موسكو Хафтар 🇱🇾 <&>|@*", min_size=1, max_size=300),
    st.sampled_from(
        ["x" * 290, "التقى المشير خليفة حفتر " * 12, "word " * 60, "@here <!channel>", "&" * 280]
    ),
)


@settings(max_examples=8, deadline=None)
@example(["التقى المشير خليفة حفتر " * 12] * 400, "q=%D8%AD&" * 150)
@example([f"x{'y' * 280}"] * 400, "")
@given(st.lists(titles, min_size=1, max_size=400), st.sampled_from(["", "a" * 40, "q=%D8%AD&" * 150]))
def test_slack_pages_name_every_story_once(templates: Templates, given_titles: list[str], tail: str) -> None:
    """Within Slack's limits and ours, however many stories there are and whatever they are called."""
    told = [
        cases.with_item(story, title=f"({n}) {title}", url=f"https://gulf-ledger.example/{n}?{tail}")
        for n, (story, title) in enumerate(zip(many(len(given_titles)), given_titles, strict=True))
    ]
    context, slack = cases.digest(tuple(told)), RECEIVERS["slack"]
    pages = [o.message.payload for o in render(templates, context, slack, batch=BATCH, at=messages.NOW)]
    named: list[int] = []
    for page in pages:
        sent_ = {key: value for key, value in page.items() if key != "plain"}
        assert slacklimits.refusal(sent_) == ""
        assert len(page["blocks"]) <= 45
        assert sum(map(len, slacklimits.texts(page["blocks"]))) <= 10_000
        assert 1 <= len(page["plain"]["text"]) <= 4000
        named += [int(n) for n in re.findall(r"\((\d+)\)", "\n".join(map(plain_of, page["blocks"])))]
    assert sorted(named) == list(range(len(told)))
    assert [p["text"].endswith(f"({n}/{len(pages)})") for n, p in enumerate(pages, 1)] == [
        len(pages) > 1
    ] * len(pages)


def test_a_hostile_title_stays_a_title(templates: Templates) -> None:
    """No markup in HTML, no mention in Slack, no header, no template code; but every letter is there."""
    (mail,) = sent(templates, "alert-hostile", RECEIVERS["email"])
    payload = mail.message.payload
    assert "<script" not in payload["html"]
    assert "&lt;script&gt;" in payload["html"]
    assert "javascript:" not in payload["html"] + payload["text"]
    assert "{{ 7*7 }}" in unescape(payload["html"])
    assert "\u202e" not in json.dumps(payload, ensure_ascii=False)
    assert "=?" not in payload["subject"]
    pages = sent(templates, "alert-hostile", RECEIVERS["slack"])
    for page in pages:
        assert not re.search(r"<[!@]|@here", page.message.payload["text"])
        for block in page.message.payload["blocks"]:
            assert "mrkdwn" not in json.dumps(block) or "<!" not in plain_of(block)


def test_a_folder_gets_four_files_under_a_safe_name(templates: Templates) -> None:
    """A name that sorts by time and cannot leave the folder."""
    receiver = ReceiverConfig.model_validate({"name": "folder", "file": {}})
    (made,) = sent(templates, "scripts", receiver)
    payload: Any = made.message.payload
    assert re.fullmatch(r"20261124t050000z-digest-daily-[0-9a-f]{8}", payload["name"])
    assert set(payload["files"]) == {"eml", "html", "txt", "json"}
    assert json.loads(payload["files"]["json"])["type"] == "monitor.digest.v2"


def test_test_messages_say_so_everywhere(templates: Templates) -> None:
    """Nobody should act on one."""
    context = messages.contexts()["alert"][1]
    for name, receiver in RECEIVERS.items():
        for made in render(templates, context, receiver, batch=BATCH, at=messages.NOW):
            assert made.message.kind is MessageKind.TEST
            said = json.dumps(made.message.payload, ensure_ascii=False)
            assert "This is a test" in said or (name == "webhook" and r"\"test\":true" in said)


def test_the_goldens_name_no_place_on_this_machine() -> None:
    """They are read by everyone."""
    root = str(Path(__file__).resolve().parents[2])
    for path in HERE.rglob("*.*"):
        if path.suffix != ".pyc":
            assert root not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["slack", "email"])
def test_another_question_is_told_by_its_own_sides(templates: Templates, kind: str) -> None:
    """An alert and a digest name the sides of its file and none of the shipped one."""
    judge = StoryJudge(PEOPLE, HORN_PRESS)
    first = telling(1, Side("ankara"), "C", met("planned"))
    told = story(first, telling(2, Side("mogadishu"), "C", met("planned")))
    changed = judge.changes(judge.standing(judge.judge(story(first))), judge.standing(judge.judge(told)))
    found = Findings(
        stories=[judge.judge(told)],
        coverage=messages.coverage(),
        known={},
        contacts=judge.register(told.items, {1, 2}),
    )
    given: dict[str, Any] = {"now": messages.NOW, "sides": HORN_PRESS.sides}
    alert = alert_context(judge.judge(told), reason="changed", changes=changed, **given)
    digest = digest_context(found, messages.DUE, series=messages.series(), **given)
    receiver = next(r for r in RECEIVERS.values() if r.kind == kind)
    for context in (alert, digest):
        (first_page, *_) = render(templates, context, receiver, batch=BATCH, at=messages.NOW)
        text = json.dumps(first_page.message.payload, ensure_ascii=False)
        assert "Ankara" in text
        assert "Mogadishu" in text
        assert not re.search(r"Russian state|Libyan media|eastern Libya|western Libya", text)
    assert alert["change_line"] == "Now confirmed by Somali federal media; was: Turkish state media only."
