"""Scores an example of a question of one's own: `python -m tests.eval.question turkiye-somalia`, or any folder.

A folder holds `watchlists/` and `items.jsonl`, labelled as in this folder. Exit status 1 under the floor.
"""

from __future__ import annotations

import sys
from pathlib import Path

from monitor.contacts.extract import extractor, listener
from monitor.matching.matcher import Matcher
from monitor.watchlists.compile import load
from tests.eval.score import ALL, Score, read, score

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FLOOR = 0.85


def scored(folder: Path) -> Score:
    """The labelled items of a folder, decided by its watchlists."""
    lists = load(folder / "watchlists")
    matcher = Matcher(lists, extract=extractor(lists), denier=listener(lists))
    return score(read([folder / "items.jsonl"]), matcher.decide)


def main(words: list[str]) -> int:
    """Print the measures by language and every miss."""
    under = 0
    for word in words:
        found = scored(EXAMPLES / word if (EXAMPLES / word).is_dir() else Path(word))
        for (name, language), tally in sorted(found.matches.items()):
            if name == ALL:
                print(f"{word} {language:3} P {tally.precision:.3f} R {tally.recall:.3f} F1 {tally.f1:.3f}")
        print(*found.errors, sep="\n")
        under += found.matches[ALL, ALL].f1 < FLOOR
    return int(under > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
