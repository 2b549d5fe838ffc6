"""Pure. One sentence read for contacts: its actors with their part in it, its words of contact, its clauses.

An actor is a named person, office, body or country of one of the two sides, or a third party. Its part is
`core` (takes part), `indirect` ("Putin's envoy" is not Putin), `speaker` ("Lavrov said"), `viewer` ("Lavrov
praised"), `topic` ("about Marin") or `place` ("in the Élysée").
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.contacts.bounds import cut, whereabouts
from monitor.contacts.model import Actor, Frame, Part, Word
from monitor.contacts.parties import CONTACT, METONYM, SPOKESMAN, THIRD, THIRD_PARTY, Rank, rank_of
from monitor.contacts.unnamed import alone, composed, refined, unnested
from monitor.languages.grammar import OFFICIAL, STATUS, Grammar, grammar_of, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.contacts.parties import Cast
    from monitor.matching.mentions import EntitySpec, Mention, Scan, Sentence

#: sentences are read up to here; what is longer is no prose
LONGEST = 3000
#: letters looked at before and after an actor
AROUND = 100
#: words between a name and its verb: an ending, a helper, "officials"
VERB = 2
#: words between an office and the body it leads ("head of the internationally recognised government")
TITLE = 4
_FILED = re.compile(r"\s?(?:[:(,]|[-–—/]\s|\s[-–—]\s)")
_AT_END = re.compile(r"""\A['\w]*\s?(?:[,.;:!?)»”"—–-]|\Z)""")
#: what a title says behind itself: "(planned)", "[postponed] (video)", "– cancelled"
_LABEL = re.compile(
    r"(?:[(\[{（][^()\[\]{}（）]{3,30}[)\]}）][\s.]*){1,2}\Z|\s[-–—]{1,2}\s+\w+(?:\s\w+)?[\s.]*\Z"
)

#: between two names where verbs come last: a case, so that they stand in no list
_CASE = re.compile(r"\A'\w+\s+\Z")
_COMMA = re.compile("[,،]")

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
    frame.offices = [o for o in frame.offices if not any(_inside(o, other) for other in frame.offices)]
    named = [refined(actor, frame, cast) for actor in frame.actors if not _takes_no_part(frame, actor)]
    frame.actors = unnested(sorted([*named, *composed(frame, cast)], key=lambda a: a.start), frame)
    frame.voices = _speakers(frame)
    frame.titles = alone(frame)
    cut(frame)
    if sentence.field == "title":
        frame.cues += whereabouts(frame)
    for number, actor in enumerate(frame.actors):
        actor.part = _part(frame, number)
    _topics(frame)
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


def is_namesake(mention: Mention) -> bool:
    """Whether a mention is of somebody else with the same surname: a third party."""
    return (mention.silenced_by or "").startswith("namesake:")


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
    for side in sides or (THIRD,):
        actor = replace(named, side=side)
        if named.rank is Rank.COUNTRY:
            if named.kind == "place":
                frame.places.append(actor)
            actor = replace(actor, name=cast.countries.get(side, named.name))
            if len(sides) < 2:
                frame.lands.append(actor)
        if len(sides) == 2:
            actor = replace(actor, name=cast.countries[side], rank=Rank.COUNTRY, kind="country")
        if sides:
            frame.actors.append(actor)


# --- clauses and parts -----------------------------------------------------------------------------------


def _part(frame: Frame, number: int) -> Part:
    actor = frame.actors[number]
    before = frame.text[max(0, actor.start - AROUND) : actor.start]
    after = frame.text[actor.end : actor.end + AROUND]
    grammar = frame.grammar
    if _comments(frame, actor, number):
        return "viewer"
    if SPOKESMAN in actor.mention.tags:
        return "speaker"
    if frame.ahead_of(actor.start, grammar.compared):
        return "topic"
    if actor.kind != "person" and (grammar.inside.search(before) or _dateline(frame, actor, after)):
        return "place"
    if actor.rank is Rank.COUNTRY and any(_touches(word, actor) for word in frame.leanings):
        return "topic"
    if _cue_follows(frame, actor):
        return "core"
    if grammar.belongs.match(after) or grammar.belongs_before.search(before):
        return "indirect"
    following = frame.actors[number + 1].start if number + 1 < len(frame.actors) else len(frame.text)
    if frame.sentence.field == "title" and after.lstrip("'s ").startswith(":"):
        return "speaker"
    if _says(frame, number, after[: max(0, following - actor.end)]):
        return "speaker"
    before = before[-(actor.start - frame.actors[number - 1].end) :] if number else before
    if grammar.source.search(before):
        return "speaker"
    if grammar.addressed.search(frame.text[actor.start : actor.end]):
        return "core"
    if grammar.says_before.search(before) and (not grammar.bare or _AT_END.match(after)):
        return "speaker"
    if actor.rank is Rank.BODY and _in_title(frame, actor):
        return "indirect"
    return "speaker" if _holds_that(frame, actor) else "core"


def _touches(word: Word, actor: Actor) -> bool:
    return (
        word.mention.token_end >= actor.mention.token - 1
        and word.mention.token <= actor.mention.token_end + 1
    )


def _says(frame: Frame, number: int, after: str) -> bool:
    """Whether a verb of speech follows;
    where verbs come last it is the first name's, without a case ending.
    """
    if frame.grammar.verb_last:
        return not number and after[:1] == "," and frame.grammar.says_last.search(frame.text) is not None
    return frame.grammar.says.match(after) is not None


def _holds_that(frame: Frame, actor: Actor) -> bool:
    """Whether somebody only thinks what the next clause tells: "Marin doubts that talks help"."""
    start, end = frame.clause(actor.start)
    told = any(start <= cue.start < end for cue in frame.cues)
    first = all(a.start >= actor.start or a.part == "place" for a in frame.actors if a.start >= start)
    return first and not told and frame.grammar.that.match(frame.text[end : end + AROUND]) is not None


def _comments(frame: Frame, actor: Actor, number: int) -> bool:
    """Whether somebody only has a view of what another does: "in Moscow they commented on", "X praises"."""
    verbs = frame.grammar.comments.finditer(frame.text, *frame.clause(actor.start))
    return any(_is_view_of(frame, actor, number, verb.span()) for verb in verbs)


def _is_view_of(frame: Frame, actor: Actor, number: int, verb: tuple[int, int]) -> bool:
    """Whether the verb at `verb` is the actor's: right behind him, at the end, or where verbs come first."""
    start, end = verb
    if end <= actor.start:
        return frame.grammar.verb_first and len(frame.text[end : actor.start].split()) <= 1
    if frame.grammar.verb_last:
        return not number and _AT_END.match(frame.text[end : end + AROUND]) is not None
    taken = [*(a.start for a in frame.actors), *(c.start for c in frame.cues)]
    free = not any(actor.end <= other < start for other in taken)
    return free and len(frame.text[actor.end : start].split()) <= VERB


def _dateline(frame: Frame, land: Actor, after: str) -> bool:
    """ "TRIPOLI - ", "Libia, Lavrov: ": where the text was filed, or what it is filed under."""
    return land.rank is Rank.COUNTRY and not frame.text[: land.start].strip() and bool(_FILED.match(after))


def _in_title(frame: Frame, body: Actor) -> bool:
    """ "Rosa Marin, commander of the National Army", "army commander Marin":
    only who somebody is.
    """
    for office in frame.offices:
        if office.sense != "person" or body.start <= office.start < body.end:
            continue
        first, last = sorted((office.mention, body.mention), key=lambda m: m.token)
        reach = TITLE if first is office.mention else 0
        between = frame.text[min(office.end, body.end) : max(office.start, body.start)]
        if 0 <= last.token - first.token_end <= reach and "," not in between:
            return any(_beside(a, first, last) for a in frame.actors if a.rank is Rank.PERSON)
    return False


def _beside(person: Actor, first: Mention, last: Mention) -> bool:
    before, after = first.token - person.mention.token_end, person.mention.token - last.token_end
    return 0 <= before <= TITLE or 0 <= after <= TITLE


def _cue_follows(frame: Frame, actor: Actor) -> bool:
    """ "Marin's visit": the word of contact belongs to the name."""
    rest = frame.text[actor.end : actor.end + 3]
    return rest.startswith("'") and any(0 <= c.start - actor.end <= 4 for c in frame.cues)


def _topics(frame: Frame) -> None:
    """Mark what is spoken about."""
    for found in frame.grammar.about.finditer(frame.text):
        _, end = frame.clause(found.end())
        stop = frame.grammar.together.search(frame.text, found.end(), end)
        told = min((c.start for c in frame.cues if found.end() <= c.start < end), default=end)
        until = min(stop.start() if stop else end, told)
        for actor in frame.actors:
            spoken = found.end() <= actor.start < until and actor.part in {"core", "indirect"}
            if spoken and not _cue_follows(frame, actor):
                actor.part = "topic"
    for cue in frame.cues:
        if frame.grammar.discusses.fullmatch(frame.text[cue.start : cue.end]):
            _objects(frame, cue)
    for actor in frame.actors:
        after = frame.text[actor.end : actor.end + AROUND]
        if actor.part == "core" and (
            frame.grammar.about_before.match(after) or _on_agenda(frame, actor, after)
        ):
            actor.part = "topic"


def _on_agenda(frame: Frame, actor: Actor, after: str) -> bool:
    """Whether a country is only one of the subjects; in "French-Spanish talks are on the agenda" none is."""
    found = frame.grammar.agenda.match(after)
    if found is None or actor.rank < Rank.METONYM:
        return False
    start = frame.clause(actor.start)[0]
    told = [c for c in frame.cues if start <= c.start < actor.end + found.end()]
    return all(c.end <= actor.start and _COMMA.search(frame.text, c.end, actor.start) for c in told)


def _objects(frame: Frame, cue: Word) -> None:
    """Mark what a verb like "discuss" has for its object:
    not who stands before it, nor who follows "with".
    """
    _, end = frame.clause(cue.start)
    after = [a for a in frame.actors if cue.end <= a.start < end and a.part == "core"]
    lists = groups(frame, after)
    partner = frame.grammar.partner.search(frame.text, cue.end, end)
    kept = next((g for g in lists if partner and g[0].start >= partner.end()), [])
    if (
        frame.grammar.verb_first
        and lists
        and not frame.within((frame.clause(cue.start)[0], cue.start), "core")
    ):
        kept = [*kept, *lists[0]]
    if frame.grammar.verb_last and frame.grammar.partner.search(
        frame.text, frame.clause(cue.start)[0], cue.start
    ):
        kept = [*kept, *(lists[0] if lists else [])]  # "the minister who talked with X"
    acting = any(a.rank < Rank.COUNTRY for a in frame.within(frame.clause(cue.start), "core"))
    for actor in after:
        if actor not in kept and (acting or not _is_pair(frame, actor)):
            actor.part = "topic"
    for actor in frame.within((frame.clause(cue.start)[0], cue.start), "core"):
        if frame.grammar.object.match(frame.text[actor.end : actor.end + 4]):
            actor.part = "topic"


def _is_pair(frame: Frame, actor: Actor) -> bool:
    """Whether a word names both countries: what is theirs in common, they discuss with each other."""
    return frame.parties <= {
        a.side
        for a in frame.actors
        if a.rank is Rank.COUNTRY and abs(a.mention.token - actor.mention.token) <= 1
    }


def linked(frame: Frame, cue: Word, core: Sequence[Actor]) -> bool:
    """With a third party in the clause:
    whether the names around the word of contact, or one list, hold both sides.
    """
    lists = groups(frame, core)
    if any(frame.parties <= {a.side for a in people} for people in lists):
        return True
    before = [people for people in lists if people[-1].end <= cue.start]
    before = [people for people in before if not _with_whom(frame, people[0])] or before
    after = [people for people in lists if people[0].start >= cue.end]
    if before and after:
        # in "she told him about talks with X", "she rang him after talks with X" it is she who talked
        spoken = frame.grammar.about.search(frame.text[before[0][0].end : cue.start + 1])
        later = frame.grammar.sequel.search(frame.text, before[-1][-1].end, cue.start)
        pair = [before[0] if spoken or later else before[-1], after[0]]
    else:
        pair = before[-2:] if frame.grammar.verb_last and before else after[:2]
    return len(pair) == 2 and frame.parties <= {a.side for people in pair for a in people}


def _with_whom(frame: Frame, actor: Actor) -> bool:
    """ "Back from talks with Marin, the minister received …": who stands behind "with" did not."""
    grammar = frame.grammar
    return not grammar.verb_last and frame.ahead_of(actor.start, grammar.with_whom) is not None


def groups(frame: Frame, actors: Sequence[Actor]) -> list[list[Actor]]:
    """Actors that stand in one list."""
    lists: list[list[Actor]] = []
    for actor in actors:
        between = frame.text[lists[-1][-1].end : actor.start] if lists else ""
        listed = bool(between.strip()) or (bool(lists) and lists[-1][-1].side == actor.side)
        apart = _with_whom(frame, actor) and not frame.grammar.joiner.search(between)
        if lists and listed and not apart and len(between) <= AROUND and _joined(frame.grammar, between):
            lists[-1].append(actor)
        else:
            lists.append([actor])
    return lists


def _joined(grammar: Grammar, between: str) -> bool:
    if grammar.verb_last and _CASE.match(between):
        return False
    return grammar.joined.match(between) is not None and grammar.verbal.search(between) is None
