"""A scan gives back the item's own words."""

from __future__ import annotations

import pytest

from monitor.matching.mentions import Scan, Sentence


def test_a_sentence_is_read_from_its_field() -> None:
    sentence = Sentence(field="content", start=4, end=9, index=0, paragraph=0)
    scan = Scan(lang="en", fields={"content": "Yes. Done"}, sentences=(sentence,), mentions=())
    assert scan.text(0) == " Done"
    with pytest.raises(IndexError):
        scan.text(1)
