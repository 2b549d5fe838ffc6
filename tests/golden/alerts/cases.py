"""One day for each awkward thing; `python -m tests.golden.alerts.cases` writes their messages anew."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.config.model import ReceiverConfig
from monitor.demo import messages
from monitor.messages.alert import alert_context
from monitor.messages.digest import digest_context
from monitor.messages.render import render
from monitor.messages.templates import load
from monitor.model import ContactStatus, DateFlag, Severity, Story
from tests.support.press import PRESS

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parents[2] / "templates"
#: longer messages are tested by what they promise, not kept
LARGEST = 100_000
BATCH = "00000000-0000-4000-8000-000000000000"
HOSTILE = (
    '<script>alert(1)</script> <!channel> <@U1> @here *b* `c` & "q" \u202etxet {{ 7*7 }} =?utf-8?q?hello?='
)
RECEIVERS = {
    "slack": ReceiverConfig.model_validate({"name": "desk", "slack": {}}),
    "webhook": ReceiverConfig.model_validate({"name": "siem", "webhook": {}}),
    "email": ReceiverConfig.model_validate(
        {
            "name": "analysts",
            "email": {
                "to": ["a@example.org"],
                "from": "m@example.org",
                "smtp": {"host": "mail"},
                "list_id": "d.example.org",
            },
        }
    ),
}


def with_item(story: Story, **changes: Any) -> Story:
    """`story` with its first report's item changed."""
    first = story.items[0]
    return Story(id=story.id, items=(replace(first, item=replace(first.item, **changes)), *story.items[1:]))


def many(count: int) -> tuple[Story, ...]:
    """`count` stories with one report each, of every severity and in several languages."""
    told = messages.stories()
    loud = (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL, Severity.LOW)
    made = []
    for n in range(count):
        first = told[n % len(told)].items[0]
        match = replace(first.matches[0], severity=loud[n % len(loud)])
        item = replace(
            first.item, title=f"{first.item.title} ({n + 1})", url=f"https://gulf-ledger.example/{n + 1}"
        )
        seen = first.first_seen_at + timedelta(minutes=n)
        made.append(
            Story(
                id=f"s-{n + 1:04}", items=(replace(first, item=item, matches=(match,), first_seen_at=seen),)
            )
        )
    return tuple(made)


def contested() -> Story:
    """The first story, which a wire's copies carry, one side denies and one outlet took back."""
    told = messages.stories()[0]
    first, second, third = told.items
    denied = replace(first.contacts[0], status=ContactStatus.DENIED)
    copies = [
        replace(
            first,
            id=40 + n,
            copy_of=first.id,
            credit="AFP",
            feed=replace(first.feed, id=f"c{n}", title=name, family=name),
            item=replace(first.item, outlet=name, url=f"https://{n}.example/"),
        )
        for n, name in enumerate(("Harbour Post", "الميناء", "Le Quai"))
    ]
    denial = messages.stories()[3].items[0]
    said = replace(
        denial.item,
        title="حكومة طرابلس: لا علم لنا بأي لقاء بين حفتر وبيلوسوف",
        published_at=third.first_seen_at + timedelta(hours=2),
    )
    against = replace(
        denial, id=50, item=said, contacts=(denied,), first_seen_at=third.first_seen_at + timedelta(hours=3)
    )
    return Story(
        id=told.id,
        items=(
            replace(first, credit="AFP"),
            second,
            replace(third, withdrawn_at=messages.NOW),
            *copies,
            against,
        ),
    )


GIVEN: dict[str, Any] = {
    "sides": PRESS.sides,
    "now": messages.NOW,
    "titles": messages.TITLES,
    "public_url": "https://monitor.example.org",
}


def digest(stories: tuple[Story, ...], lang: str = "en", *, healthy: bool = False) -> dict[str, Any]:
    """The context of a digest of `stories`."""
    report = messages.coverage(healthy=healthy)
    found = messages.findings(lang, told=stories, report=report)
    return digest_context(found, messages.DUE, series=messages.series(lang), **GIVEN)


def contexts() -> dict[str, dict[str, Any]]:
    """Case -> the context of its message."""
    told, given = messages.stories(), GIVEN
    absurd = (
        with_item(
            told[0], published_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC), date_flag=DateFlag.FUTURE
        ),
        with_item(told[1], published_at=datetime(1, 1, 1, tzinfo=UTC), date_flag=DateFlag.ANCIENT),
        with_item(
            told[2], published_at=None, date_flag=DateFlag.UNREADABLE, published_raw="the 41st of Never"
        ),
        with_item(told[3], published_at=None, date_flag=DateFlag.MISSING),
    )
    hostile = with_item(told[0], title=HOSTILE, outlet=HOSTILE, url="javascript:alert(1)")
    return {
        "scripts": digest(told),
        "arabic-frame": digest(told, "ar"),
        "french-frame": digest(told[:2], "fr"),
        "russian-frame": digest(told[:4], "ru"),
        "three-hundred": digest(many(300)),
        "one": digest(told[2:3]),
        "empty": digest((), healthy=True),
        "hostile": digest((hostile,)),
        "absurd-dates": digest(absurd),
        "alert": alert_context(messages.judge().judge(told[0]), reason="new", suppressed=1, **given),
        "alert-changed": alert_context(
            messages.judge().judge(contested()), reason="changed", changes=messages.change(), **given
        ),
        "alert-changed-arabic": alert_context(
            messages.judge().judge(contested(), "ar"),
            reason="changed",
            changes=messages.change(),
            language="ar",
            **given,
        ),
        "alert-hostile": alert_context(messages.judge().judge(hostile), reason="more", **given),
    }


def written(context: dict[str, Any]) -> dict[str, str]:
    """File name -> text: what a receiver of each kind gets."""
    templates = load(TEMPLATES)
    made = {
        kind: [o.message for o in render(templates, context, receiver, batch=BATCH, at=messages.NOW)]
        for kind, receiver in RECEIVERS.items()
    }
    (mail,), (hook,) = made["email"], made["webhook"]
    head = {"Subject": mail.payload["subject"], "To": mail.payload["to"], **mail.payload["headers"]}
    files = {
        "headers.json": json.dumps(head, ensure_ascii=False, indent=1) + "\n",
        "mail.txt": mail.payload["text"],
        "mail.html": mail.payload["html"],
        "slack.json": json.dumps([m.payload for m in made["slack"]], ensure_ascii=False, indent=1) + "\n",
        "webhook.json": json.dumps(json.loads(hook.payload["body"]), ensure_ascii=False, indent=1) + "\n",
    }
    return {name: text for name, text in files.items() if len(text) < LARGEST}


if __name__ == "__main__":
    for case, context_ in contexts().items():
        (HERE / case).mkdir(exist_ok=True)
        for name, text in written(context_).items():
            (HERE / case / name).write_text(text, encoding="utf-8")
