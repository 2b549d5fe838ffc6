"""Whole documents in six languages and six formats, and exactly what is read from them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from monitor.feeds.parse import parse
from monitor.model import ParsedFeed

GOLDEN = Path(__file__).parents[2] / "golden" / "feeds"
DOCUMENTS = sorted(p for p in GOLDEN.iterdir() if not p.name.endswith(".expected.json"))


def plain(feed: ParsedFeed) -> dict[str, Any]:
    said = asdict(feed)
    for entry in said["entries"]:
        entry.pop("raw")  # the document's own words: tests/unit/feeds/test_slices.py
    return json.loads(json.dumps(said, default=str))


@pytest.mark.parametrize("document", [pytest.param(p, id=p.name) for p in DOCUMENTS])
def test_a_document_reads_as_recorded(document: Path) -> None:
    """The recorded reading was checked by eye; a difference is a decision to make."""
    found = parse(document.read_bytes(), "", "https://feed.example/feed")
    assert isinstance(found, ParsedFeed), found
    expected = json.loads((GOLDEN / f"{document.name}.expected.json").read_text(encoding="utf-8"))
    assert plain(found) == expected


def test_every_recorded_reading_has_its_document() -> None:
    """No expectation is left behind when a document is renamed."""
    recorded = {p.name.removesuffix(".expected.json") for p in GOLDEN.glob("*.expected.json")}
    assert recorded == {p.name for p in DOCUMENTS}
