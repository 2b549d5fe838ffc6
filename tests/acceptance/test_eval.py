"""The labelled items of our own words: no change may make the matcher worse than its floors."""

from __future__ import annotations

import json

import pytest

from monitor.model import ContactStatus, ContactType
from tests.eval.score import SETS, decider, floors, paths, read, score, under
from tests.support.press import PRESS

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
                    and all(contact["parties"].values())
                )
            )
        )
        if not good:
            wrong.append(json.dumps({"id": label["id"]}))
    assert wrong == []
