"""Pure. One sentence read for contacts: its actors with their part in it, its words of contact, its clauses.

An actor is a named person, office, body or country of one of the two sides, or a third party. Its part is
`core` (takes part), `indirect` ("Marin's envoy" is not Marin), `speaker` ("Marin said"), `viewer` ("Marin
praised"), `topic` ("about Marin") or `place` ("in the Élysée").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.contacts.bounds import AROUND, cut, only_heard, talks_with_whom, whereabouts
from monitor.contacts.model import Actor, Frame, Word
from monitor.contacts.parties import CONTACT, METONYM, THIRD, THIRD_PARTY, Rank, rank_of
from monitor.contacts.parts import give_parts
from monitor.contacts.unlisted import name_unlisted
from monitor.contacts.unnamed import alone, composed, ownerless, refined, unnested
from monitor.languages.grammar import OFFICIAL, STATUS, grammar_of, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.contacts.parties import Cast
    from monitor.matching.mentions import EntitySpec, Mention, Scan, Sentence

#: sentences are read up to here; what is longer is no prose
LONGEST = 3000
#: what a title says behind itself: "(planned)", "[postponed] (video)", "– cancelled"
_LABEL = re.compile(
    r"(?:[(\[{（][^()\[\]{}（）]{3,30}[)\]}）][\s.]*){1,2}\Z|\s[-–—]{1,2}\s+\w+(?:\s\w+)?[\s.]*\Z"
)


#: the analysts' vocabulary of saying, and the kinds of entities that say something
SAYING = "%saying"
#: and of leaning on a country: "close to", "backed by"
LEANING = "%alignment"
_SPEAKING = frozenset({"person", "body", "country"})


def read(scan: Scan, sentence: Sentence, mentions: Sequence[Mention], cast: Cast) -> Frame:
    """Read one sentence; `mentions` are those of the sentence that count, in order."""
    start = sentence.start
    given = scan.fields[sentence.field][start : min(sentence.end, start + LONGEST)]
    text = plain(given)
    lang = scan.lang_of(sentence.index)
    frame = Frame(sentence, text.text, grammar_of(lang), given, text.places, frozenset(cast.parties))
    for mention in mentions:
        if mention.start - start < len(given):
            place = (text.at(mention.start - start), text.at(mention.end - start))
            _sort(frame, mention, place, cast)
    label = _LABEL.search(frame.text) if sentence.field == "title" else None
    if label:
        frame.labels = [w for w in (*frame.statuses, *frame.cues) if label.start() < w.start]
        frame.cues = [c for c in frame.cues if c.end <= label.start()]
    frame.cues = [c for c in frame.cues if not _is_no_contact(frame, c)]
    frame.offices = [o for o in frame.offices if not any(_inside(o, other) for other in frame.offices)]
    frame.actors = [a for a in frame.actors if a.side == THIRD or not ownerless(a, frame, cast)]
    named = [refined(actor, frame, cast) for actor in frame.actors if not _takes_no_part(frame, actor)]
    frame.actors = unnested(sorted([*named, *composed(frame, cast)], key=lambda a: a.start), frame, cast)
    name_unlisted(frame, cast, lang)
    frame.voices = _speakers(frame)
    frame.titles = alone(frame)
    cut(frame)
    frame.cues = [cue for cue in frame.cues if not only_heard(frame, cue)]
    frame.cues += talks_with_whom(frame)
    if sentence.field == "title":
        frame.cues += whereabouts(frame)
    give_parts(frame)
    return frame


def _takes_no_part(frame: Frame, actor: Actor) -> bool:
    """ "A French newspaper writes", "the French people", "speaks French": who meets nobody."""
    if actor.rank is not Rank.COUNTRY:
        return False
    grammar, after = frame.grammar, frame.text[actor.end : actor.end + AROUND]
    if grammar.people.match(after) or frame.ahead_of(actor.start, grammar.people_before):
        return True
    if actor.kind != "demonym":
        return False
    before = (grammar.press_before, grammar.tongue)
    return bool(grammar.press.match(after) or any(frame.ahead_of(actor.start, words) for words in before))


def _is_no_contact(frame: Frame, cue: Word) -> bool:
    """Whether a word of contact is part of a body's name ("Government of National Accord"),
    or invites to nothing but to do something: "invites all sides to stop fighting".
    """
    grammar = frame.grammar
    appeal = grammar.appeals.match(frame.text, cue.end) if cue.sense == "invite" else None
    if appeal and not _invites_somewhere(frame, cue.end, appeal.end()):
        return True
    if grammar.verb_last and cue.sense == "invite" and frame.ahead_of(cue.start, grammar.appeals_before):
        return True
    # "head of the committee" tells of no committee
    if cue.sense == "joint" and any(o.start < cue.start and cue.end <= o.end for o in frame.offices):
        return True
    # "Moskova'da" is in Moscow, "Moskova süreci" is not
    if (
        grammar.verb_last
        and cue.sense == "presence"
        and any((cue.start, cue.end) == (land.start, land.end) for land in frame.lands)
    ):
        return frame.text[cue.end : cue.end + 1] != "'"
    return any(a.rank is Rank.BODY and a.start < cue.start and cue.end <= a.end for a in frame.actors)


def _invites_somewhere(frame: Frame, start: int, end: int) -> bool:
    """Whether a place or another word of contact stands in what follows an invitation."""
    lands = (a.start for a in frame.actors if a.rank >= Rank.METONYM and a.kind != "demonym")
    found = (*lands, *(p.start for p in frame.places), *(c.start for c in frame.cues))
    return any(start <= place < end for place in found)


def _speakers(frame: Frame) -> list[Actor]:
    """Everybody who may speak, offices with the whole of their words, the longer of two at one place."""
    # "the mayor of a town" says who he is in words that no list has
    towns = {id(place.mention): place.start for place in frame.places}
    offices = [
        a for a in frame.actors if a.rank is Rank.OFFICE and a.start >= towns.get(id(a.mention), a.start)
    ]
    found: list[Actor] = []
    for actor in sorted([*offices, *frame.voices], key=lambda a: (a.start, -a.end)):
        if not found or actor.start >= found[-1].end:
            found.append(actor)
    return found


def _inside(word: Word, other: Word) -> bool:
    return (
        other.start <= word.start
        and word.end <= other.end
        and (other.start, other.end) != (word.start, word.end)
    )


def _sort(frame: Frame, mention: Mention, place: tuple[int, int], cast: Cast) -> None:
    if mention.term[0] == "%":
        frame.said.update((mention.term, f"{mention.term}.{mention.sense}"))
    words = {
        CONTACT: frame.cues, STATUS: frame.statuses, SAYING: frame.sayings, LEANING: frame.leanings,
        OFFICIAL: frame.offices,
    }  # fmt: skip
    if mention.term in words:
        words[mention.term].append(Word(mention.sense, *place, mention))
    spec = cast.entity(mention)
    if spec is not None:
        _sort_entity(frame, mention, spec, place, cast)


def _sort_entity(
    frame: Frame, mention: Mention, spec: EntitySpec, place: tuple[int, int], cast: Cast
) -> None:
    if mention.silenced_by is not None:
        if spec.kind == "person":
            frame.strangers.append((mention, "person"))
            frame.actors.append(Actor(spec.name, THIRD, Rank.PERSON, *place, mention, spec.kind))
        return
    if "un" in spec.tags:
        frame.world.append(mention)
    rank, sides = rank_of(spec), cast.sides(mention)
    if spec.kind != "event" and frame.parties.isdisjoint(sides):
        frame.strangers.append((mention, "person" if THIRD_PARTY in spec.tags else spec.kind))
        if spec.kind in {"country", "body", "place"}:
            frame.foreign.append(Actor(spec.name, THIRD, rank, *place, mention, spec.kind))
    if spec.kind in _SPEAKING or METONYM in spec.tags:
        side = sides[0] if sides else THIRD
        frame.voices.append(Actor(spec.name, side, rank, *place, mention, spec.kind))
    _sort_sides(frame, Actor(spec.name, THIRD, rank, *place, mention, spec.kind), sides, cast)


def _sort_sides(frame: Frame, named: Actor, sides: Sequence[str], cast: Cast) -> None:
    """As one actor of each side; who is on both is the country in person of each."""
    here = (named.start, named.end, named.mention)
    for side in sides or (THIRD,):
        if named.rank is Rank.COUNTRY and named.kind == "place":
            frame.places.append(Actor(named.name, side, named.rank, *here, named.kind))
        if len(sides) == 2:
            actor = Actor(cast.countries[side], side, Rank.COUNTRY, *here, "country")
        else:
            name = cast.countries.get(side) if named.rank is Rank.COUNTRY else None
            actor = Actor(name or named.name, side, named.rank, *here, named.kind)
            if named.rank is Rank.COUNTRY:
                frame.lands.append(actor)
        if sides:
            frame.actors.append(actor)
