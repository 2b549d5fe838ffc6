"""The labelled items of our own words: no change may make the matcher worse than its floors."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime

import pytest

from monitor.model import ContactStatus, ContactType
from tests.eval.score import SETS, decider, floors, paths, read, score, under
from tests.support.press import PRESS

FIELDS = frozenset(
    {"id", "lang", "title", "summary", "content", "published", "outlet", "outlet_side", "source_url", "story"}
    | {"expect", "contact", "background", "related", "hard"}
)
CONTACT_FIELDS = frozenset({"type", "status", "russian", "libyan", "place"})
LANGUAGES = {"ar", "en", "fr", "it", "ru", "tr"}


@pytest.mark.parametrize("name", SETS)
def test_the_matcher_is_above_its_floors(name: str) -> None:
    """`make eval` prints the whole tables."""
    total = score(read(paths(name)), decider())

    assert under(total, floors(name)) == []


@pytest.mark.parametrize("name", SETS)
def test_the_labels_are_well_formed(name: str) -> None:
    """Six languages, three watchlists, known words, and a contact wherever and only where one is expected."""
    labels = read(paths(name))

    assert {label["lang"] for label in labels} == LANGUAGES
    wrong = []
    for label in labels:
        contact = label["contact"]
        good = (
            set(label["expect"]) == {"wagner", "russia-libya-contacts", "un-withdrawal"}
            and label["outlet_side"] in PRESS.sides.ids
            and bool(contact) == label["expect"]["russia-libya-contacts"]
            and (
                not contact
                or (
                    contact["type"] in set(ContactType)
                    and contact["status"] in set(ContactStatus)
                    and all(contact.get("parties", {}).values())
                )
            )
        )
        if not good:
            wrong.append(json.dumps({"id": label["id"]}))
    assert wrong == []


def test_the_fresh_set_is_what_it_says() -> None:
    """At least 21 items in each language, two thirds hard, dated 2019 to 2026, every field of the labelling form."""
    labels = read(paths("fresh"))

    assert {frozenset(label) for label in labels} == {FIELDS}
    assert all(label["id"].startswith(f"f2-{label['lang']}-") and label["title"] for label in labels)
    assert all(2019 <= datetime.fromisoformat(label["published"]).year <= 2026 for label in labels)
    assert min(Counter(label["lang"] for label in labels).values()) >= 21
    assert sum(bool(label["hard"]) for label in labels) >= len(labels) * 2 / 3
    contacts = [label["contact"] for label in labels if label["contact"]]
    assert {frozenset(contact) for contact in contacts} == {CONTACT_FIELDS}
    assert not any(label["background"] and not any(label["expect"].values()) for label in labels)
    assert not any(label["related"] and label["expect"]["un-withdrawal"] for label in labels)
