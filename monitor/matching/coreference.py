"""Pure. Who is meant by "he", "the field marshal", "the two sides": the story so far, as far as rules honestly reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.matching.cast import SIDES, Rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.matching.cast import Cast
    from monitor.matching.frames import Actor, Frame
    from monitor.matching.mentions import Mention
    from monitor.matching.participants import Parties

#: sentences that a person stays in mind
MEMORY = 4
#: words between a name and the office that becomes another word for it
TOUCH = 2


class Discourse:
    """What a reader keeps in mind from sentence to sentence of one item."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._last: dict[str, tuple[int, list[Actor]]] = {}
        self._event: tuple[int, Parties] | None = None
        self._titles: dict[str, Actor] = {}

    def hear(self, frame: Frame, events: Sequence[Parties]) -> None:
        """Remember the people of a sentence, their offices, and its contact."""
        number = frame.sentence.index
        for side in SIDES:
            named = [
                a
                for a in frame.actors
                if a.side == side and a.rank <= Rank.OFFICE and a.part in {"core", "indirect", "speaker"}
            ]
            best = min((a.rank for a in named), default=None)
            if best is not None:
                self._last[side] = (number, [a for a in named if a.rank == best][:1])
        if events:
            self._event = (number, events[-1])
        for office in frame.offices:
            holder = next(
                (
                    a
                    for a in frame.actors
                    if a.rank in {Rank.PERSON, Rank.BODY} and _touches(a, office.mention)
                ),
                None,
            )
            if holder is not None:
                self._titles[frame.text[office.start : office.end]] = holder

    def lend(self, frame: Frame, side: str, *, partner: bool) -> list[Actor]:
        """Who of `side` a sentence means that does not name one; empty when nothing in it points back."""
        number, text, grammar = frame.sentence.index, frame.text, frame.grammar
        titled = [self._titles[t] for o in frame.offices if (t := text[o.start : o.end]) in self._titles]
        titled = [a for a in titled if a.side == side]
        if titled:
            return titled[:1]
        both = grammar.both.search(text) is not None
        if (
            self._event
            and number - self._event[0] <= MEMORY
            and (both or (partner and grammar.pronoun.search(text)))
        ):
            return [a for a in self._event[1].of(side) if a.rank < Rank.METONYM]
        pointing = partner and (
            grammar.pronoun.search(text) or frame.offices or frame.sentence.field != "content"
        )
        near, actors = self._last.get(side, (-MEMORY - 1, []))
        if actors and number - near <= MEMORY and pointing:
            return actors
        return []


def _touches(actor: Actor, office: Mention) -> bool:
    """Whether an office stands right beside a name."""
    gap = max(actor.mention.token - office.token_end, office.token - actor.mention.token_end)
    return gap <= TOUCH
