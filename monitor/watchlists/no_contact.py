"""Pure. Why no contact was read where a rule's words stand: who was seen beside the words of contact, and in which part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.contacts import clauses
from monitor.contacts.parties import THIRD, Cast
from monitor.watchlists.near_miss import isolated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.contacts.clauses import Actor, Frame
    from monitor.matching.matcher import Verdict
    from monitor.matching.mentions import Mention, Scan
    from monitor.matching.rules import Watchlists

#: sentences told of
MOST = 3
PARTS = {
    "core": "takes part",
    "indirect": "stands beside it",
    "speaker": "only speaks",
    "topic": "is only spoken of",
    "place": "is only the place",
}


def seen(verdict: Verdict, scan: Scan, watchlists: Watchlists) -> str:
    """What was seen in the sentences of a verdict without a contact, in words; "" where no word of contact stands there."""
    if verdict.rule.contact is None:
        return ""
    cast = Cast.of(watchlists.entities, [verdict.rule.contact], watchlists.press.sides)
    titles = {party.id: party.titles["en"] for party in watchlists.parties[verdict.rule.watchlist]}
    wanted = {m.sentence for span in verdict.spans for m in span.mentions}
    by_sentence: dict[int, list[Mention]] = {}
    for mention in scan.mentions:
        if mention.sentence in wanted and mention.silenced_by is None:
            by_sentence.setdefault(mention.sentence, []).append(mention)
    read = (clauses.read(scan, scan.sentences[n], by_sentence[n], cast) for n in sorted(by_sentence)[:MOST])
    return "; ".join(line for frame in read for line in _told(frame, titles))


def _told(frame: Frame, titles: Mapping[str, str]) -> Iterator[str]:
    """A sentence with words of contact: its words, then everybody of the two sides and of third ones."""
    if not frame.cues:
        return
    words = dict.fromkeys(frame.text[cue.start : cue.end] for cue in frame.cues)
    people = dict.fromkeys(
        _part(a, titles) for a in frame.actors if a.side in (*frame.parties, THIRD) and a.kind != "demonym"
    )
    if people:
        yield f"at {', '.join(f'“{isolated(w)}”' for w in words)}: {', '.join(people)}"


def _part(actor: Actor, titles: Mapping[str, str]) -> str:
    side = "a third side" if actor.side == THIRD else titles[actor.side]
    return f"{actor.name} ({side}) {PARTS.get(actor.part, actor.part)}"
