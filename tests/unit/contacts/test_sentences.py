"""Sentences of three questions in six languages, by kind (tests/eval/sentences.jsonl): two thirds tell of no contact."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor.contacts.extract import extractor
from monitor.matching.matcher import Matcher
from monitor.model import Item, Severity, Side
from monitor.watchlists.compile import load

ROOT = Path(__file__).parents[3]
ITEMS = [json.loads(line) for line in (ROOT / "tests/eval/sentences.jsonl").read_text("utf-8").splitlines()]


@cache
def matcher(question: str) -> Matcher:
    folder = ROOT / "examples" / question
    lists = load((folder if folder.is_dir() else ROOT) / "watchlists")
    return Matcher(lists, extract=extractor(lists))


def told(row: dict[str, Any]) -> dict[str, Any] | None:
    """The first contact that alerts, with the fields that the label has."""
    item = Item(
        key="k", feed_id="f", title=row["title"], summary="", content=row["content"], lang=row["lang"],
        published_at=datetime(2026, 3, 10, 12, tzinfo=UTC), outlet="", outlet_side=Side("unknown"),
    )  # fmt: skip
    decision = matcher(row["question"]).decide(item)
    if not any(
        m.watchlist == row["question"] and m.severity.rank >= Severity.MEDIUM.rank for m in decision.matches
    ):
        return None
    label, contact = row["contact"] or {}, decision.contacts[0]
    found: dict[str, Any] = {
        "type": str(contact.type), "status": str(contact.status), "background": contact.background,
        "parties": {side: [n for n in names if n in contact.parties[side]] for side, names in label.get("parties", {}).items()},
    }  # fmt: skip
    return {field: found[field] for field in label}


@pytest.mark.parametrize("row", ITEMS, ids=[row["id"] for row in ITEMS])
def test_a_sentence_tells_what_its_label_says(row: dict[str, Any], request: pytest.FixtureRequest) -> None:
    if row.get("todo"):
        request.applymarker(pytest.mark.xfail(reason="a gap we know of", strict=True))
    assert told(row) == row["contact"], row["kind"]
