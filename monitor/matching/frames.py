"""Pure. One sentence read for contacts: its actors with their part in it, its words of contact, its clauses.

An actor is a named person, office, body or country of one of the two sides, or a third party. Its part is `core` (takes
part), `indirect` ("Putin's envoy" is not Putin), `speaker` ("Lavrov said"), `topic` ("about Haftar") or `place`
("in the Kremlin").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from monitor.matching import offices
from monitor.matching.cast import SIDES, THIRD, Rank, rank_of
from monitor.matching.grammar import Grammar, grammar_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.matching.cast import Cast
    from monitor.matching.mentions import Mention, Scan, Sentence

#: sentences are read up to here; what is longer is no prose
LONGEST = 3000
#: words between a country and an office that belong together ("Russian first deputy minister")
REACH = 3
#: letters looked at before and after an actor
AROUND = 100
#: words between an office and the body it leads ("head of the internationally recognised government")
TITLE = 4
_ADJECTIVE = re.compile(r"\s(?!(?:delegation|officials?|leaders|has|have|said|will|is|was|and|in|on)\b)\w")
_AT_END = re.compile(r"""\A['\w]*\s?(?:[,.;:!?)»”"—–-]|\Z)""")

Part = Literal["core", "indirect", "speaker", "topic", "place"]


@dataclass(slots=True)
class Actor:
    """Somebody of the sentence, at `start` to `end` of its plain text."""

    name: str
    side: str
    rank: Rank
    start: int
    end: int
    mention: Mention
    kind: str
    part: Part = "core"


@dataclass(frozen=True, slots=True)
class Word:
    """A vocabulary's word in the sentence."""

    sense: str
    start: int
    end: int
    mention: Mention


@dataclass(slots=True)
class Frame:
    """A sentence that was read."""

    sentence: Sentence
    text: str
    grammar: Grammar
    actors: list[Actor] = field(default_factory=list)
    cues: list[Word] = field(default_factory=list)
    statuses: list[Word] = field(default_factory=list)
    offices: list[Word] = field(default_factory=list)
    places: list[Actor] = field(default_factory=list)
    #: countries, their people and cities
    lands: list[Actor] = field(default_factory=list)
    #: where clauses begin
    bounds: list[int] = field(default_factory=list)

    def clause(self, at: int) -> tuple[int, int]:
        """The clause around a place of the plain text, half-open."""
        number = bisect_right(self.bounds, at)
        end = self.bounds[number] if number < len(self.bounds) else len(self.text)
        return (self.bounds[number - 1] if number else 0), end

    def within(self, span: tuple[int, int], *parts: Part) -> list[Actor]:
        """The actors inside a span that have one of `parts`, third parties too."""
        return [a for a in self.actors if span[0] <= a.start < span[1] and a.part in parts]


def read(scan: Scan, sentence: Sentence, mentions: Sequence[Mention], cast: Cast) -> Frame:
    """Read one sentence; `mentions` are those of the sentence that count, in order."""
    start = sentence.start
    given = scan.fields[sentence.field][start : min(sentence.end, start + LONGEST)]
    text = plain(given)
    frame = Frame(sentence, text.text, grammar_of(scan.lang))
    for mention in mentions:
        if mention.start - start < len(given):
            place = (text.at(mention.start - start), text.at(mention.end - start))
            _sort(frame, mention, place, cast)
    frame.actors = _unnested(sorted([*frame.actors, *_composed(frame, cast)], key=lambda a: a.start), frame)
    frame.bounds = _bounds(frame)
    for number, actor in enumerate(frame.actors):
        actor.part = _part(frame, number)
    _topics(frame)
    return frame


def _sort(frame: Frame, mention: Mention, place: tuple[int, int], cast: Cast) -> None:
    if cast.is_cue(mention):
        frame.cues.append(Word(mention.sense, *place, mention))
    elif mention.term == offices.STATUS:
        frame.statuses.append(Word(mention.sense, *place, mention))
    elif mention.term == offices.VOCABULARY:
        frame.offices.append(Word(mention.sense, *place, mention))
    spec, side = cast.entity(mention), cast.side(mention)
    if spec is None:
        return
    rank = rank_of(spec)
    actor = Actor(spec.name, side or THIRD, rank, *place, mention, spec.kind)
    if rank is Rank.COUNTRY:
        if spec.kind == "place":
            frame.places.append(actor)
        actor = replace(actor, name=cast.countries.get(actor.side, spec.name))
        frame.lands.append(actor)
    if side is not None:
        frame.actors.append(actor)


# --- a country and an office make an actor ---------------------------------------------------------------


def _composed(frame: Frame, cast: Cast) -> Iterator[Actor]:
    """ "Libyan interior minister": a country, its people or its capital beside an office."""
    used = {o.start for o in frame.offices for a in frame.actors if a.start <= o.start < a.end}
    for land in frame.lands:
        office = _beside(land, frame, used)
        if office is None:
            continue
        used.add(office.start)
        start, end = min(land.start, office.start), max(land.end, office.end)
        name = offices.name(cast.demonyms.get(land.side, ""), frame.text[start:end], office.sense)
        kind = "person" if office.sense == "person" else "body"
        yield Actor(name, land.side, Rank.OFFICE, start, end, land.mention, kind)


def _beside(land: Actor, frame: Frame, used: set[int]) -> Word | None:
    best: tuple[int, Word] | None = None
    for office in frame.offices:
        gap = max(
            land.mention.token - office.mention.token_end, office.mention.token - land.mention.token_end
        )
        near = gap < REACH if land.kind != "place" else gap < 1 and office.start > land.start
        free = near and office.start not in used and (best is None or gap < best[0])
        if free and not _split(land, office, frame):
            best = (gap, office)
    return best[1] if best else None


def _split(land: Actor, office: Word, frame: Frame) -> bool:
    """Whether a name, a list or an article keeps a country and an office apart."""
    ahead = land.start < office.start
    start, end = (land.end, office.start) if ahead else (office.end, land.start)
    between = frame.text[start:end]
    if any(c in ",،;:" for c in between) or frame.grammar.joiner.search(between):
        return True
    if ahead and land.kind == "country" and frame.grammar.bare and not between.startswith("'"):
        return True
    if frame.text[office.start : office.end] == "military" and _ADJECTIVE.match(frame.text, office.end):
        return True
    return any(start <= a.start < end for a in frame.actors if a is not land)


def _unnested(actors: list[Actor], frame: Frame) -> list[Actor]:
    """Without countries that are part of an office, and offices in apposition to a name of their side."""
    kept: list[Actor] = []
    for number, actor in enumerate(actors):
        close = [*actors[max(0, number - 4) : number], *actors[number + 1 : number + 5]]
        if not any(_holds(other, actor) or _names(other, actor, frame) for other in close):
            kept.append(actor)
    return kept


def _holds(other: Actor, actor: Actor) -> bool:
    longer = other.end - other.start > actor.end - actor.start
    return longer and other.start <= actor.start and actor.end <= other.end


def _names(person: Actor, office: Actor, frame: Frame) -> bool:
    """Whether an office or country stands right beside the name of who holds it: "Russian president Putin"."""
    if person.side != office.side or office.rank is Rank.PERSON or person.rank >= office.rank:
        return False
    if person.rank is not Rank.PERSON and (person.rank is not Rank.BODY or office.start > person.start):
        return False
    first, second = (office, person) if office.start < person.start else (person, office)
    between = frame.text[first.end : second.start]
    if office.rank in {Rank.BODY, Rank.METONYM} or frame.grammar.listed.search(between):
        return False
    return len(between) <= 2 or (
        office.rank is Rank.OFFICE and len(between) <= 30 and between.count(" ") <= 3 and second is person
    )


# --- clauses and parts -----------------------------------------------------------------------------------


def _bounds(frame: Frame) -> list[int]:
    """Where clauses begin; never inside a name or a word of contact."""
    taken = [(a.start, a.end) for a in frame.actors] + [(c.start, c.end) for c in frame.cues]
    return [
        found.start()
        for found in frame.grammar.boundary.finditer(frame.text)
        if not any(start < found.start() < end or start <= found.start() < end for start, end in taken)
    ]


def _part(frame: Frame, number: int) -> Part:
    actor = frame.actors[number]
    before = frame.text[max(0, actor.start - AROUND) : actor.start]
    after = frame.text[actor.end : actor.end + AROUND]
    grammar = frame.grammar
    if "russia-spokesman" in actor.mention.tags:
        return "speaker"
    if actor.kind != "person" and grammar.inside.search(before):
        return "place"
    if _cue_follows(frame, actor):
        return "core"
    if grammar.belongs.match(after) or grammar.belongs_before.search(before):
        return "indirect"
    following = frame.actors[number + 1].start if number + 1 < len(frame.actors) else len(frame.text)
    if frame.sentence.field == "title" and after.lstrip("'s ").startswith(":"):
        return "speaker"
    said = grammar.says.match(after[: max(0, following - actor.end)])
    if said or grammar.source.search(before):
        return "speaker"
    if grammar.says_before.search(before) and (not grammar.bare or _AT_END.match(after)):
        return "speaker"
    return "indirect" if actor.rank is Rank.BODY and _in_title(frame, actor) else "core"


def _in_title(frame: Frame, body: Actor) -> bool:
    """ "Commander of the Libyan National Army", "LNA commander": the body only says who somebody is."""
    for office in frame.offices:
        if office.sense != "person" or body.start <= office.start < body.end:
            continue
        before = body.mention.token - office.mention.token_end
        after = office.mention.token - body.mention.token_end
        if 0 <= before <= TITLE and "," not in frame.text[office.end : body.start]:
            return True
        if after == 0 and "," not in frame.text[body.end : office.start]:
            return True
    return False


def _cue_follows(frame: Frame, actor: Actor) -> bool:
    """ "Haftar's visit": the word of contact belongs to the name."""
    rest = frame.text[actor.end : actor.end + 3]
    return rest.startswith("'") and any(0 <= c.start - actor.end <= 4 for c in frame.cues)


def _topics(frame: Frame) -> None:
    """Mark what is spoken about."""
    for found in frame.grammar.about.finditer(frame.text):
        _, end = frame.clause(found.end())
        stop = frame.grammar.together.search(frame.text, found.end(), end)
        until = min(stop.start() if stop else end, _next_verb(frame, found.end(), end))
        for actor in frame.actors:
            spoken = found.end() <= actor.start < until and actor.part in {"core", "indirect"}
            if spoken and not _cue_follows(frame, actor):
                actor.part = "topic"
    for actor in frame.actors:
        after = frame.text[actor.end : actor.end + AROUND]
        if actor.part == "core" and frame.grammar.about_before.match(after):
            actor.part = "topic"


def _next_verb(frame: Frame, start: int, end: int) -> int:
    """Where another word of contact takes over: "about the cargo and summoned the envoy"."""
    for cue in frame.cues:
        if start < cue.start < end and frame.grammar.joiner.search(frame.text, start, cue.start):
            return cue.start
    return end


def linked(frame: Frame, cue: Word) -> bool:
    """With a third party in the clause: whether the two names around the word of contact, or one list, hold both sides."""
    lists = groups(frame, frame.within(frame.clause(cue.start), "core"))
    for group in lists:
        if set(SIDES) <= {a.side for a in group}:
            return True
    before = [g for g in lists if g[-1].end <= cue.start]
    after = [g for g in lists if g[0].start >= cue.end]
    pairs = (
        [(before[-1:], after[:1])]
        if before and after
        else [(before[-2:-1], before[-1:]), (after[:1], after[1:2])]
    )
    for left, right in pairs:
        if left and right:
            return set(SIDES) <= {a.side for a in (*left[0], *right[0])}
    return False


def groups(frame: Frame, actors: list[Actor]) -> list[list[Actor]]:
    """Actors that stand in one list."""
    lists: list[list[Actor]] = []
    for actor in actors:
        between = frame.text[lists[-1][-1].end : actor.start] if lists else ""
        if lists and len(between) <= AROUND and frame.grammar.joined.match(between):
            lists[-1].append(actor)
        else:
            lists.append([actor])
    return lists
