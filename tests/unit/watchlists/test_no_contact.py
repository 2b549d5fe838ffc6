"""Why no contact was read: who was seen beside the words of contact, and in which part."""

from __future__ import annotations

import pytest

from monitor.contacts.extract import extractor
from monitor.matching.matcher import Matcher
from monitor.watchlists.explain import explain
from tests.support.analyst import compiled, item

LIST = """
watchlist: w
title: W
severity: high
contacts:
  between:
    ours: {title: {en: Russian side}, tag: '#russia-actor'}
    theirs: {title: {en: Libyan side}, tag: '#libya-actor'}
"""
THIRD = """
entities:
  - {id: recep-erdogan, name: Recep Erdogan, kind: person, tags: [third-party], aliases: {en: [Erdogan], ru: [Эрдоган]}}
"""


@pytest.mark.parametrize(
    ("content", "lang", "said"),
    [
        pytest.param(
            "Lavrov met Erdogan. Haftar slept.", "en",
            "at “met”: a third party stands between the sides (Sergei Lavrov (Russian side) takes part, "
            "Recep Erdogan (a third party) takes part)",
            id="a third party has the seat",
        ),
        pytest.param(
            "Лавров встретился с Эрдоганом. Хафтар спал.", "ru",
            "at “встретился”: a third party stands between the sides", id="in Russian",
        ),
        pytest.param(
            "The envoys met to talk about Haftar. Lavrov slept.", "en",
            "at “met”, “talk”: the Russian side is not named in the sentence; the Libyan side is only spoken of "
            "(Khalifa Haftar (Libyan side) is only spoken of)",
            id="one side is the topic, the other elsewhere",
        ),
        pytest.param("Lavrov slept without talks. Haftar slept.", "en", "at “talks”: it says that there was none", id="without"),
    ],
)  # fmt: skip
def test_it_says_which_step_said_no(content: str, lang: str, said: str) -> None:
    """And who was seen: by canonical name, the party's own title and part."""
    lists = compiled({"w.yaml": LIST, "entities/third.yaml": THIRD})
    matcher = Matcher(lists, extract=extractor(lists))
    (rule,) = (r for r in explain(matcher, item(content, lang=lang)).rules if r.watchlist == "w")

    assert (rule.kind, rule.rule) == ("no-contact", "contacts")
    assert said in rule.detail.replace("\u2068", "").replace("\u2069", "")
