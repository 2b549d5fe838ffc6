"""`monitor match` and `explain`: the shape that scripts rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.line import command

SHARED = Path(__file__).resolve().parents[3] / "shared"

LINES = [
    {
        "id": "a",
        "title": "Putin receives Haftar in Moscow",
        "content": "Vladimir Putin received Khalifa Haftar.",
    },
    {"id": "b", "title": "Der Ring des Nibelungen", "content": "Richard Wagner's opera opens in Bayreuth."},
    {"id": "c", "title": "Вагнеровцы покинули базу", "content": "Бойцы ЧВК «Вагнер» ушли."},
]


def match(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", "match", "--stories"],
        input=text,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_a_decision_for_each_line_in_order_with_exact_spans() -> None:
    """Evidence offsets slice back to the given text; a bad line stands in its own place."""
    text = "\n".join(
        [json.dumps(line, ensure_ascii=False) for line in LINES[:2]] + ["{broken", json.dumps(LINES[2])]
    )

    done = match(text)
    found = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert [f["id"] for f in found] == ["a", "b", None, "c"]
    assert found[2]["line"] == 3
    assert {m["watchlist"] for m in found[0]["matches"]} == {"russia-libya-contacts"}
    assert found[1]["matches"] == []
    assert {m["watchlist"] for m in found[3]["matches"]} == {"wagner"}
    for given, decided in ((LINES[0], found[0]), (LINES[2], found[3])):
        for m in decided["matches"]:
            for e in m["evidence"]:
                assert given[e["field"]][e["start"] : e["end"]] == e["text"]
    assert found[0]["story"] != found[3]["story"]


def test_the_seed_article_fires_on_all_three_lists() -> None:
    """The article that the project began from, where it is at hand."""
    article = SHARED / "seed" / "article.txt"
    if not article.is_file():
        pytest.skip("the seed article is not part of the product and not here")

    said = json.loads(command("explain", str(article), "--json").stdout)

    fired = {rule["watchlist"] for rule in said["rules"] if rule["kind"] == "fired"}
    assert fired == {"wagner", "russia-libya-contacts", "un-withdrawal"}


def test_the_labelled_items_are_decided_well() -> None:
    """F1 of the shared development items, where they are at hand."""
    labels = SHARED / "eval" / "dev.jsonl"
    if not labels.is_file():
        pytest.skip("the labelled items are not part of the product and not here")
    found = {
        d["id"]: d for d in map(json.loads, match(labels.read_text(encoding="utf-8")).stdout.splitlines())
    }

    right = wrong = 0
    for item in map(json.loads, labels.read_text(encoding="utf-8").splitlines()):
        loud = {
            m["watchlist"]
            for m in found[item["id"]]["matches"]
            if m["severity"] in ("medium", "high", "critical")
        }
        for watchlist, expected in item["expect"].items():
            right += expected and watchlist in loud
            wrong += expected != (watchlist in loud)

    assert 2 * right / (2 * right + wrong) >= 0.95
