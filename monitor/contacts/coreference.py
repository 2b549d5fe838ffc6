"""Pure. Who is meant by "he", "the field marshal", "the two sides":
the story so far, as far as rules honestly reach.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.contacts.model import Actor
from monitor.contacts.parties import SPOKESMAN, THIRD, Rank, rank_of
from monitor.contacts.speakers import Hearing
from monitor.contacts.unnamed import named_behind
from monitor.languages.grammar import office_name, office_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.contacts.model import Frame, Parties, Word
    from monitor.contacts.parties import Cast
    from monitor.matching.mentions import Mention

#: sentences that a person stays in mind
MEMORY = 4
#: words of contact that somebody called "he" may be meant by after talks with a third party
_PERSONAL = frozenset({"meeting", "host", "call", "visit", "presence", "expected"})
#: words of contact that need no object
_SUBJECT_ONLY = frozenset({"meeting", "visit", "presence", "expected", "joint"})
#: letters that tell one office from another in all its forms
STEM = 6
#: letters between the words of leading and the event that is led
NEARBY = 14
_ARTICLE = re.compile("\\Aو?(?:ال|لل|بال|كال)(?=..)")
#: words between a name and the office that becomes another word for it
TOUCH = 2


class Discourse:
    """What a reader keeps in mind from sentence to sentence of one item."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.hearing = Hearing()
        self._last: dict[str, tuple[int, list[Actor]]] = {}
        self._event: tuple[int, Parties] | None = None
        #: the last sentence in which one side dealt with somebody else
        self._others = -1
        self._others_field = ""
        #: whether the third party was its subject
        self._others_acted = False
        self._titles: dict[str, Actor] = {}
        #: the title names a third party, and not both of the two
        self.about_others = False
        #: the vocabularies with a word in the title, and whether it is of the United Nations
        self.headline: frozenset[str] = frozenset()
        self.of_the_world = False

    def hear(self, frame: Frame, events: Sequence[Parties]) -> None:
        """Remember the people of a sentence, their offices, and its contact."""
        number = frame.sentence.index
        if frame.sentence.field == "title":
            sides = {a.side for a in frame.actors}
            self.about_others = THIRD in sides and not frame.parties <= sides
            self.headline, self.of_the_world = frozenset(frame.said), bool(frame.world)
        for side in self.cast.parties:
            named = [
                a for a in frame.actors if a.side == side and a.rank <= Rank.OFFICE and a.part != "place"
            ]
            if named:
                best = min(named, key=lambda a: (a.part == "topic", a.rank))
                self._last[side] = (number, [best])
        for title in frame.titles:
            known = self._titles.get(_stem(title, frame.text))
            if known is not None and self._last.get(known.side, (-1, []))[0] < number:
                self._last[known.side] = (number, [known])
        if events:
            self._event = (number, events[-1])
        elif frame.cues and any(a.side == THIRD and a.part == "core" for a in frame.actors):
            self._others, self._others_field = number, frame.sentence.field
            self._others_acted = next(a.side for a in frame.actors if a.part == "core") == THIRD
        self._hear_offices(frame)

    def _hear_offices(self, frame: Frame) -> None:
        """Remember whose office an office is: of the one named beside it."""
        named = [a for a in frame.actors if a.rank in {Rank.PERSON, Rank.BODY}]
        for office in frame.offices:
            holder = next((a for a in named if _touches(a, office.mention)), None)
            if holder is not None:
                self._titles[_stem(office, frame.text)] = holder

    def strayed(self, number: int) -> bool:
        """Whether the story has turned to what one side does with somebody else."""
        last = self._event[0] if self._event else -1
        return self._others > last and number - self._others <= MEMORY

    def just_strayed(self, frame: Frame) -> bool:
        """Whether the sentence before, in the same part of the item,
        tells what one side does with somebody else.
        """
        number = frame.sentence.index
        return self.strayed(number) and (number - 1, frame.sentence.field) == (
            self._others,
            self._others_field,
        )

    def others_go_on(self, frame: Frame) -> bool:
        """Whether the title is about a third party, which "he" in the text below means."""
        below = frame.sentence.field == "content"
        return below and self.about_others and frame.grammar.pronoun.search(frame.text) is not None

    def lend(self, frame: Frame, side: str, cues: Sequence[Word], *, partner: bool) -> list[Actor]:
        """Who of `side` a sentence means that does not name one; empty when nothing in it points back."""
        number, grammar = frame.sentence.index, frame.grammar
        text = grammar.opinion.sub(" ", frame.text)
        for title in _free(frame):
            holder = self._titles.get(_stem(title, frame.text)) or self._holder(title, frame.text, side)
            if holder is not None and holder.side == side and (partner or holder.rank is Rank.PERSON):
                return [holder]
        near, actors = self._last.get(side, (-MEMORY - 1, []))
        strayed = self.strayed(number)
        personal = (
            partner
            and not self._others_acted
            and grammar.pronoun.search(text)
            and any(c.sense in _PERSONAL for c in cues)
        )
        if strayed and near <= self._others and not (personal and near == self._others == number - 1):
            return []
        both = grammar.both.search(text) is not None
        pointing = partner and (
            grammar.pronoun.search(text) or any(_of_one(title, frame) for title in frame.titles)
        )
        if self._event and not strayed and number - self._event[0] <= MEMORY and (both or pointing):
            return [a for a in self._event[1].of(side) if a.rank < Rank.METONYM]
        dropped = grammar.drops and number - near <= 1 and not _speaks_alone(frame, cues)
        heading = partner and (frame.sentence.field != "content" or dropped)
        return actors if number - near <= MEMORY and (pointing or heading) else []

    def holders(self, frame: Frame, side: str) -> list[Actor]:
        """The persons of a side whose offices a sentence names without them."""
        found = (self._holder(title, frame.text, side) for title in _free(frame))
        return [actor for actor in found if actor is not None]

    def country(self, side: str) -> str:
        """The name of a side's country."""
        return self.cast.countries[side]

    def _holder(self, title: Word, text: str, side: str) -> Actor | None:
        if title.sense != "person":
            return None
        spec = self.cast.holder(office_name("", text[title.start : title.end], "person"), side)
        if spec is None or rank_of(spec) is not Rank.PERSON:
            return None
        mention = title.mention._replace(term=f"@{spec.id}", sense="", tags=frozenset(spec.tags))
        return Actor(spec.name, side, Rank.PERSON, title.start, title.end, mention, spec.kind)


def _of_one(title: Word, frame: Frame) -> bool:
    """Whether an office may be that of somebody named before: "the minister", not "ministers of Africa"."""
    return title.sense == "person" and not frame.grammar.plural.search(frame.text, title.start, title.end)


def _free(frame: Frame) -> list[Word]:
    """The offices whose holder the sentence does not name."""
    return [title for title in frame.titles if not named_behind(frame, title)]


def _speaks_alone(frame: Frame, cues: Sequence[Word]) -> bool:
    """ "Marin Bonn'da konuştu": who talked is there, and a partner would have an ending."""
    if not frame.grammar.verb_last or any(c.sense not in _SUBJECT_ONLY for c in cues):
        return False
    return any(a.part == "core" for a in frame.actors) and not any(map(frame.declined, frame.actors))


def _stem(office: Word, text: str) -> str:
    """An office without its endings, and without the Arabic article and what joins to it."""
    return _ARTICLE.sub("", text[office.start : office.end])[:STEM]


def _touches(actor: Actor, office: Mention) -> bool:
    """Whether an office stands right beside a name."""
    gap = max(actor.mention.token - office.token_end, office.token - actor.mention.token_end)
    return gap <= TOUCH


def heard_there(frame: Frame) -> list[Actor]:
    """Who acts or speaks in a sentence about the event before: "during the talks Marin said";
    nobody beside a third party.
    """
    acting = [a for a in frame.actors if a.part in {"core", "speaker"}]
    if any(a.side not in frame.parties for a in acting) or frame.foreign or frame.world:
        return []
    return [a for a in acting if a.rank is Rank.PERSON and SPOKESMAN not in a.mention.tags]


def points_back(frame: Frame, leads: tuple[int, int]) -> bool:
    """Whether the event before is led: "it was led by", "he chaired the talks"; not "a cabinet led by"."""
    start, end = leads
    before = 0 if frame.grammar.verb_last else start - NEARBY
    told = any(before <= cue.end and cue.start <= end + NEARBY for cue in frame.cues)
    return told or (start <= NEARBY and not any(a.start < start for a in frame.actors))


# --- whom the lead names for an office, a spokesman, a country ---------------------------------------------


def fill(found: Parties, lead: Sequence[Frame], discourse: Discourse) -> None:
    """Put persons that the lead names in the place of offices and spokesmen:
    "the French minister", "a spokesman said".
    """
    for side in discourse.cast.parties:
        _unspoken(found, lead, discourse, side)
        named = [a for frame in lead for a in frame.actors if a.side == side and a.rank is Rank.PERSON]
        named = [
            a for a in named if a.part in {"core", "speaker", "viewer"} and SPOKESMAN not in a.mention.tags
        ]
        ours = found.of(side)
        unnamed = all(a.rank >= Rank.OFFICE or a.leads for a in ours)
        open_to = _is_held(ours), found.best(side) is Rank.COUNTRY
        heard = (f for f in lead if f.opening and (open_to[0] or (open_to[1] and f.cues)))
        opening = [f.opening for f in heard if f.opening and f.opening.side == side]
        if unnamed and len({a.name for a in named or opening}) == 1:
            found.actors.append((named or opening)[0])
        elif found.best(side) is Rank.COUNTRY:
            found.actors += _chief(lead, side, discourse) or _body(lead, side)


def _is_held(actors: Sequence[Actor]) -> bool:
    """Whether an office that one person holds stands there, and nobody else: "the mayor of Bonn"."""
    return bool(actors) and all(a.rank is Rank.OFFICE and office_title(a.name.casefold()) for a in actors)


def _chief(lead: Sequence[Frame], side: str, discourse: Discourse) -> list[Actor]:
    """Whose office the lead names where his spokesman speaks: "not in the president's diary"."""
    speaks = any(a.side == side and SPOKESMAN in a.mention.tags for frame in lead for a in frame.actors)
    return [a for frame in lead for a in discourse.holders(frame, side)][:1] if speaks else []


def _body(lead: Sequence[Frame], side: str) -> list[Actor]:
    """The one body that a lead names for a country: "Paris summoned …, the Foreign Ministry told him"."""
    acting = [a for frame in lead for a in frame.actors if a.side == side and a.part == "core"]
    bodies = [a for a in acting if a.rank is Rank.BODY and not a.leads]
    return bodies[:1] if len({a.name for a in bodies}) == 1 else []


def _unspoken(found: Parties, lead: Sequence[Frame], discourse: Discourse, side: str) -> None:
    """Put whom spokesmen speak for in their place: an office that the lead names, a body, the country."""
    spoken = [a for a in found.of(side) if SPOKESMAN in a.mention.tags]
    if not spoken:
        return
    found.actors = [a for a in found.actors if a not in spoken]
    if not found.of(side):
        others = [a for frame in lead for a in discourse.holders(frame, side)]
        bodies = [a for frame in lead for a in frame.actors if a.side == side and a.kind == "body"]
        found.actors += (others or [a for a in bodies if a.rank <= Rank.OFFICE and a.part != "place"])[:1]
    found.actors.append(replace(spoken[0], name=discourse.country(side), rank=Rank.COUNTRY))
