"""The examples of other questions, scored on their labelled items through the command as an analyst uses it."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.eval.question import EXAMPLES, FLOOR, scored
from tests.eval.score import ALL
from tests.support.line import command

QUESTIONS = ("iran-iraq", "turkiye-somalia")


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_example_is_right_on_its_items(question: str) -> None:
    """At least 60 items in four languages, a third of them what must not fire; no item is told differently by the command."""
    folder = EXAMPLES / question
    labels = [json.loads(line) for line in (folder / "items.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(labels) >= 60
    assert len({label["lang"] for label in labels}) >= 4
    assert Counter(label["expect"][question] for label in labels)[False] >= len(labels) / 3

    found = scored(folder)
    assert found.matches[ALL, ALL].f1 >= FLOOR, "\n".join(found.errors)

    done = command("match", str(folder / "items.jsonl"), "--config", str(folder / "monitor.yaml"))
    told = sum(bool(json.loads(line)["matches"]) for line in done.stdout.splitlines())
    assert told >= found.matches[ALL, ALL].right


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_example_has_nothing_to_complain_of(question: str) -> None:
    """Its tests hold, and its lint finds nothing."""
    for words in (["watchlists", "test"], ["watchlists", "lint"]):
        done = command(*words, "--config", str(EXAMPLES / question / "monitor.yaml"))
        assert done.returncode == 0, done.stdout + done.stderr
