"""Pure. The story's own line: the title of one of its reports, chosen by rule, never written by us; and why a
rule fired, in the reader's language.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.languages.locale import Frame
    from monitor.model import Evidence, Match, Story, StoryItem

#: a title of this many characters is read at a glance
READABLE = range(25, 141)
_CUT_OFF = re.compile(r"(?:\.\.\.|…)\s*$")
_LETTER = re.compile(r"[^\W\d_]")
#: a rule that is about one country, fired by news of another (`monitor.matching.matcher`)
_ELSEWHERE = re.compile(r"about (?P<country>.+?), not (?P<home>.+?): ")


def line(story: Story, lang: str) -> str:
    """The title of the report that speaks for `story` to a reader of `lang`."""
    return best_item(story, lang).item.title.strip()


def best_item(story: Story, lang: str) -> StoryItem:
    """The report that speaks for a story.

    Matched before unmatched, what stands before what was taken back, what can be read before what cannot,
    sources that are not known as unreliable before those that are; then the reader's language, the best
    source (A before F), the most evidence, and the longest title of those that fit on a line or two. The
    earliest of equals.
    """

    def order(item: StoryItem) -> tuple[bool, bool, int, bool, bool, str, int, int]:
        title = item.item.title.strip()
        return (
            not item.matches,
            item.withdrawn_at is not None,
            _hard_to_read(title),
            item.feed.reliability == "E",
            item.item.lang != lang,
            item.feed.reliability,
            -sum(len(match.evidence) for match in item.matches),
            -len(title) if len(title) in READABLE else 0,
        )

    return min(story.items, key=order)


def _hard_to_read(title: str) -> int:
    """0 for a whole sentence; 1 for one that shouts, is cut off or too long or short; 2 for none."""
    if not _LETTER.search(title):
        return 2
    shouts = title.isupper() and len(title) > 30
    broken = "\ufffd" in title or _CUT_OFF.search(title) is not None
    return int(shouts or broken or len(title) not in READABLE)


def why(match: Match, frame: Frame, entities: Mapping[str, str]) -> str:
    """Why a rule fired, told again in the words of `frame`: who is named, with which words, where.

    `entities`: English names by id. The match's own line, in English, says which of its evidence counts.
    """
    told = _counting(match, entities)
    if not told:
        return match.reason
    names = dict.fromkeys(entities[hit.term] for hit in told if hit.term in entities)
    words = dict.fromkeys(f"“{hit.text}”" for hit in told if hit.term not in entities)
    key = "says" if not names else "with" if words else "in"
    listed = {"names": frame.listed(map(frame.name, names)), "words": frame.listed(words)}
    line = frame.say(f"fired.{key}", where=_where(told, frame), **listed)
    found = _ELSEWHERE.match(match.reason)
    said = {part: frame.name(name) for part, name in found.groupdict().items()} if found else {}
    return frame.say("fired.elsewhere", why=line, **said) if said else line


def _counting(match: Match, entities: Mapping[str, str]) -> list[Evidence]:
    """The evidence that the match's own line names, each once; a name within a longer one is not named."""
    firsts: dict[str, Evidence] = {}
    for hit in match.evidence:
        firsts.setdefault(_said(hit, entities), hit)
    rest = match.reason
    for said in sorted(firsts, key=len, reverse=True):
        if said not in rest:
            del firsts[said]
        rest = rest.replace(said, "")
    return list(firsts.values())


def _said(hit: Evidence, entities: Mapping[str, str]) -> str:
    return entities.get(hit.term) or f"“{hit.text}”"


def _where(told: Sequence[Evidence], frame: Frame) -> str:
    places = frame.listed(frame.word(f"fired.{name}") for name in dict.fromkeys(hit.field for hit in told))
    one = len(told) > 1 and len({(hit.field, hit.sentence) for hit in told}) == 1
    return frame.say("fired.sentence" if one else "fired.fields", where=places)
