"""Why no contact was read: who was seen beside the words of contact, and in which part."""

from __future__ import annotations

import pytest

from monitor.contacts.extract import extractor
from monitor.matching.matcher import Matcher
from monitor.watchlists.explain import explain
from tests.support.analyst import compiled, item

RULE = """
watchlist: w
title: W
severity: high
contacts:
  between:
    russia: {title: {en: Russian side}, tag: '#russia-actor'}
    libya: {title: {en: Libyan side}, tag: '#libya-actor'}
rules:
  - id: r
    title: R
    query: '#russia-actor AND %contact.meeting AND #libya-actor'
    contact: {parties: {russia: '#russia-actor', libya: '#libya-actor'}, type: '%contact'}
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
            "at “met”: Sergei Lavrov (Russian side) takes part, Recep Erdogan (a third side) takes part",
            id="a third side has the seat",
        ),
        pytest.param(
            "Лавров встретился с Эрдоганом. Хафтар спал.", "ru",
            "at “встретился”: Sergei Lavrov (Russian side) takes part, Recep Erdogan (a third side) takes part",
            id="in Russian",
        ),
        pytest.param(
            "Lavrov met Erdogan to talk about Haftar.", "en",
            "Khalifa Haftar (Libyan side) is only spoken of",
            id="the other side is the topic",
        ),
    ],
)  # fmt: skip
def test_it_says_who_was_seen_and_how(content: str, lang: str, said: str) -> None:
    """By canonical name, side and part."""
    lists = compiled({"w.yaml": RULE, "entities/third.yaml": THIRD})
    matcher = Matcher(lists, extract=extractor(lists))
    rule = next(r for r in explain(matcher, item(content, lang=lang)).rules if r.watchlist == "w")

    assert rule.kind == "no-contact"
    assert said in rule.detail.replace("\u2068", "").replace("\u2069", "")
