"""Pure. Actors without a name: "the Spanish interior minister", "French officials", "the minister"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.contacts.model import NEXT
from monitor.contacts.parties import THIRD, Rank
from monitor.languages.grammar import NAMELESS, deputy_before, office_name, office_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.contacts.model import Actor, Frame, Word
    from monitor.contacts.parties import Cast
    from monitor.matching.mentions import Mention

#: letters before an office in which it is said to be a deputy's
DEPUTY = 16
#: words between a country and an office that belong together ("French first deputy minister")
REACH = 3
#: letters and words between an ambassador and where he is posted
POST, POST_WORDS = 14, 2
#: the end of an office that leads a ministry
MINISTER = " minister"
#: words between an office and the name of who holds it: of what it is the office
WORDS_OF_TITLE = 5
_STOPS = re.compile(r"[,;:.()،؛«»\"]")
_MORE = re.compile(r"(?:\s[\w'-]+){1,3}")
_LATIN = re.compile(r"[a-zà-ÿ]+")
_ADJECTIVE = re.compile(r"\s(?!(?:delegation|officials?|leaders|has|have|said|will|is|was|and|in|on)\b)\w")


def refined(actor: Actor, frame: Frame, cast: Cast) -> Actor:
    """An office's actor with the whole of its words and, where those say more,
    a better name than its entity's.
    """
    if actor.rank is Rank.BODY and actor.side in cast.demonyms:
        return _head(actor, frame, cast)
    if actor.rank is not Rank.OFFICE or actor.side not in cast.demonyms:
        return actor
    actor = _posted_elsewhere(actor, frame, cast)
    for office in frame.offices:
        if actor.start < office.start <= actor.end + 1 and office.end > actor.end:
            actor = replace(actor, end=office.end)
    second = deputy_before(frame.text[max(0, actor.start - DEPUTY) : actor.start])
    if second:
        name = office_name(
            cast.demonyms[actor.side], _whole(frame, actor.start - second, actor.end), "person"
        )
        return replace(actor, name=name, start=actor.start - second, kind="person")
    if actor.kind == "person":
        return actor
    whole = _whole(frame, actor.start, actor.end)
    title, demonym = office_title(whole), cast.demonyms[actor.side]
    if title and not _names_a_body(frame, actor):
        return replace(actor, name=f"{demonym} {title}", kind="person")
    body = office_name(demonym, whole, "body", _town(frame, actor))
    rest = actor.name.removeprefix(demonym)
    general = rest != actor.name and rest.islower() and not body.endswith(NAMELESS)
    return replace(actor, name=body) if general else actor


def _posted_elsewhere(actor: Actor, frame: Frame, cast: Cast) -> Actor:
    """Who is no ambassador to the other side: "French ambassador to Malta" is a French ambassador."""
    hosts = (f" to {land}" for side, land in cast.countries.items() if side != actor.side)
    host = next((host for host in hosts if actor.name.endswith(host)), "")
    lands = (a for a in frame.foreign if a.kind != "body" and 0 < a.start - actor.end <= POST)
    if not host or not any(_is_post(frame.text[actor.end : land.start], frame) for land in lands):
        return actor
    return replace(actor, name=actor.name.removesuffix(host))


def _is_post(between: str, frame: Frame) -> bool:
    """Whether words lead from an office to the place that it is for: "to", "in", "of the"."""
    words = between.split()
    return 0 < len(words) <= POST_WORDS and frame.grammar.leading.match(words[0]) is not None


def _names_a_body(frame: Frame, actor: Actor) -> bool:
    """Whether the words for an office are those of a body alone: "Минэнерго", not its head."""
    senses = {o.sense for o in frame.offices if actor.start <= o.start < o.end <= actor.end}
    return bool(senses) and "person" not in senses


def _head(body: Actor, frame: Frame, cast: Cast) -> Actor:
    """Who leads a body, where its words are his office: "the French foreign minister", a person of the
    body's name for "the president of the chamber".
    """
    if not any(o.sense == "person" and body.start <= o.start < o.end <= body.end for o in frame.offices):
        return body
    title = office_title(frame.text[body.start : body.end])
    named = replace(body, name=f"{cast.demonyms[body.side]} {title}", rank=Rank.OFFICE, kind="person")
    return named if title.endswith(MINISTER) else replace(body, kind="person")


def alone(frame: Frame) -> list[Word]:
    """The offices that stand beside no name and belong to no country."""
    return [
        office
        for office in frame.offices
        if not any(a.start <= office.start < a.end or _near(a.mention, office.mention) for a in frame.actors)
    ]


def named_behind(frame: Frame, office: Word) -> bool:
    """ "The president of the harbour council Ann Bee": whose office it is follows in the same breath."""
    return any(_is_titled(frame, office, actor) for actor in frame.actors)


def _is_titled(frame: Frame, office: Word, person: Actor) -> bool:
    between = frame.text[office.end : person.start]
    if person.rank is not Rank.PERSON or not between.strip() or len(between.split()) > WORDS_OF_TITLE:
        return False
    broken = frame.grammar.listed.search(between) or frame.grammar.verbal.search(between)
    others: list[Actor | Word] = [*frame.actors, *frame.cues]
    apart = any(office.end <= w.start and w.end <= person.start and w is not person for w in others)
    return not (broken or apart or _STOPS.search(between))


def _near(one: Mention, other: Mention) -> bool:
    return max(one.token - other.token_end, other.token - one.token_end) <= 1


def _whole(frame: Frame, start: int, end: int) -> str:
    """An office with what it is the office of:
    "minister | of defence", up to the next name or word of contact.
    """
    others: list[Actor | Word] = [*frame.actors, *frame.cues]
    stop = min((w.start for w in others if w.start >= end), default=len(frame.text))
    more = _MORE.match(frame.text, end, max(end, stop))
    return frame.text[start : more.end() if more else end]


def _of_the_world(frame: Frame, land: Mention, office: Mention) -> bool:
    """ "Head of the UN Cyprus mission"."""
    first, last = min(land.token, office.token), max(land.token_end, office.token_end)
    return any(m.token_end >= first - 2 and m.token <= last + 2 for m in frame.world)


def composed(frame: Frame, cast: Cast) -> Iterator[Actor]:
    """ "Spanish interior minister": a country, its people or its capital beside an office."""
    used = {o.start for o in frame.offices for a in frame.actors if a.start <= o.start < a.end}
    held = {land.start: office for land in frame.lands for office in _inside(land, frame)}
    for land in frame.lands:
        office = _beside(land, frame, used) if land.start not in held else None
        if office is None:
            continue
        used.add(office.start)
        start, end = min(land.start, office.start), max(land.end, office.end)
        start -= deputy_before(frame.text[max(0, start - DEPUTY) : start])
        held[land.start] = (_whole(frame, start, end), office)
        yield _officer(frame, cast, land, held[land.start], (start, end))
    for states in _lists(frame):
        offices = [held[land.start] for land in states if land.start in held]
        if len(offices) == 1 and _several(frame, offices[0][1]):
            for land in (land for land in states if land.start not in held):
                yield _officer(frame, cast, land, offices[0], (land.start, land.end))


def _several(frame: Frame, office: Word) -> bool:
    return frame.grammar.plural.search(frame.text[office.start : office.end]) is not None


def _officer(frame: Frame, cast: Cast, land: Actor, said: tuple[str, Word], span: tuple[int, int]) -> Actor:
    """Who holds an office of a country; `said`: the words for it, and the word that is one."""
    words, office = said
    world = land.kind != "place" and _of_the_world(frame, land.mention, office.mention)
    side = THIRD if world else land.side
    name = office_name(cast.demonyms.get(side, ""), words, office.sense, _town(frame, land))
    kind = "person" if office.sense == "person" else "body"
    return replace(land, name=name, side=side, rank=Rank.OFFICE, start=span[0], end=span[1], kind=kind)


def _town(frame: Frame, actor: Actor) -> str:
    """The name of the town in the words of an actor; "" for none."""
    return next((p.name for p in frame.places if actor.start <= p.start < actor.end), "")


def _inside(land: Actor, frame: Frame) -> Iterator[tuple[str, Word]]:
    """The office in an entity's words that begin or end with a country: "Spanish officials"."""
    for actor in frame.actors:
        if actor.rank is Rank.OFFICE and actor.start <= land.start and land.end <= actor.end:
            for office in frame.offices:
                if actor.start <= office.start <= actor.end and office.start >= land.end:
                    yield frame.text[land.end : office.end], office


def _lists(frame: Frame) -> Iterator[list[Actor]]:
    """The countries that stand in one list: "Malta, Spain and Peru"."""
    states: list[Actor] = []
    for land in sorted(frame.lands, key=lambda land: land.start):
        if states and not _joined(states[-1], land, frame):
            yield states
            states = []
        states.append(land)
    yield states


def _joined(one: Actor, other: Actor, frame: Frame) -> bool:
    """Whether two countries follow one another in a list, with nothing but "and of" between them."""
    rest = frame.text[one.end : other.start].strip()
    comma = rest[:1] in {",", "،"} and bool(rest)
    rest = rest[1:].strip() if comma else rest
    joiner = frame.grammar.joiner.match(rest)
    rest = rest[joiner.end() :].strip() if joiner else rest
    attached = not rest and frame.text[other.start] == "و"
    listed = one.kind == other.kind and one.kind != "place" and bool(comma or joiner or attached)
    return listed and (not rest or frame.grammar.origin.fullmatch(rest) is not None)


def _beside(land: Actor, frame: Frame, used: set[int]) -> Word | None:
    best: tuple[int, Word] | None = None
    if frame.grammar.whither.match(frame.text[land.end : land.end + NEXT]):
        return None
    for office in frame.offices:
        if frame.grammar.verb_first and land.start < office.start:
            continue
        gap = max(
            land.mention.token - office.mention.token_end, office.mention.token - land.mention.token_end
        )
        near = gap < REACH if land.kind != "place" else _of_a_place(land, office, gap, frame)
        free = near and office.start not in used and (best is None or gap < best[0])
        if free and not _split(land, office, frame):
            best = (gap, office)
    return best[1] if best else None


def _of_a_place(land: Actor, office: Word, gap: int, frame: Frame) -> bool:
    """ "Bonn mayor", "a mayor from Bonn"; while "the ambassador in Bonn" is nobody of Bonn."""
    if office.start > land.start and frame.grammar.inside.search(frame.text[: land.start]):
        return False
    if office.start > land.start:
        return gap < 1 or frame.grammar.based.match(frame.text[land.end : office.start]) is not None
    return gap < REACH and frame.grammar.origin.match(frame.text[office.end : land.start]) is not None


def _split(land: Actor, office: Word, frame: Frame) -> bool:
    """Whether a name, a list or an article keeps a country and an office apart."""
    ahead = land.start < office.start
    start, end = (land.end, office.start) if ahead else (office.end, land.start)
    between = frame.text[start:end]
    if any(c in ",،;:" for c in between) or frame.grammar.joiner.search(between):
        return True
    leading = frame.grammar.leading.match(between.lstrip())
    if ahead and leading and leading[0]:
        return True  # "in London by the president", "the Spain of the colonels"
    if office.sense == "body" and not ahead and frame.grammar.given_to.search(between):
        return True  # "troops to Spain"
    bare = frame.text[land.start : land.end] == land.name.casefold()
    if ahead and bare and frame.grammar.bare and not between.startswith("'"):
        return True
    if frame.text[office.start : office.end] == "military" and _ADJECTIVE.match(frame.text, office.end):
        return True
    field = ahead and (land.kind == "demonym" or land.side == THIRD) and len(between.split()) == 1
    # "chamber of commerce" is a word of contact, too
    cues = [] if field else [c for c in frame.cues if not _overlaps(c, office)]
    others: list[Actor | Word] = [*frame.actors, *cues]
    return any(w.start < end and w.end > start for w in others if not _same(w, land, office))


def _overlaps(word: Word, office: Word) -> bool:
    return word.start < office.end and office.start < word.end


def _same(word: Actor | Word, land: Actor, office: Word) -> bool:
    return (word.start, word.end) in {(land.start, land.end), (office.start, office.end)}


def ownerless(actor: Actor, frame: Frame, cast: Cast) -> bool:
    """Whether an office that an entity has without its country is another's: "deputy minister | of Spain"."""
    # where verbs come last, the country stands before its office
    if actor.rank is not Rank.OFFICE or actor.kind != "person" or frame.grammar.verb_last:
        return False
    if cast.nations[actor.side].search(frame.text, actor.start, actor.end):
        return False
    return any(
        land.side != actor.side
        and land.kind != "place"
        and land.end > actor.end
        and not frame.text[actor.end : land.start].strip(" ")
        for land in frame.lands
    )


def unnested(actors: list[Actor], frame: Frame, cast: Cast) -> list[Actor]:
    """Without countries that are part of an office, and offices in apposition to a name of their side."""
    kept: list[Actor] = []
    for number, actor in enumerate(actors):
        close = [*actors[max(0, number - 4) : number], *actors[number + 1 : number + 5]]
        if not any(
            _holds(other, actor) or _names(other, actor, frame, cast) or _entitles(actor, other, frame)
            for other in close
        ):
            kept.append(actor)
    return kept


def _entitles(title: Actor, person: Actor, frame: Frame) -> bool:
    """Whether words that mostly mean one person ("the general") stand before the name of another: his title.

    Told by the words, none of which is in the name that they mostly stand for; so in Latin letters only.
    """
    apart = title.side == person.side and title.name != person.name
    if not apart or {title.rank, person.rank} != {Rank.PERSON} or person.start - title.end != 1:
        return False
    words = _LATIN.findall(frame.text[title.start : title.end])
    return bool(words) and set(words).isdisjoint(title.name.casefold().replace("-", " ").split())


def _holds(other: Actor, actor: Actor) -> bool:
    longer = other.end - other.start > actor.end - actor.start or (
        (other.start, other.end) == (actor.start, actor.end) and other.rank < actor.rank is Rank.COUNTRY
    )
    return longer and other.start <= actor.start and actor.end <= other.end


def _names(person: Actor, office: Actor, frame: Frame, cast: Cast) -> bool:
    """Whether an office or country stands right beside the name of who holds it:
    "French president Moreau".
    """
    if office.rank is Rank.PERSON or person.rank >= office.rank:
        return False
    if person.side != office.side:
        return _is_anybodys(office, person, frame, cast)
    if person.rank is not Rank.PERSON and (person.rank is not Rank.BODY or office.start > person.start):
        return False
    first, second = (office, person) if office.start < person.start else (person, office)
    between = frame.text[first.end : second.start]
    titled = any(o.sense == "person" and office.start <= o.start < office.end for o in frame.offices)
    if titled and first is office and between.strip(" ") == ",":
        return True
    if titled and first is office and person.rank is Rank.PERSON and _in_one_breath(frame, office, person):
        return True
    if frame.grammar.listed.search(between) or (office.rank in {Rank.BODY, Rank.METONYM} and not titled):
        return False
    return len(between) <= 2 or (
        office.rank is Rank.OFFICE and len(between) <= 30 and between.count(" ") <= 3 and second is person
    )


def _is_anybodys(office: Actor, person: Actor, frame: Frame, cast: Cast) -> bool:
    """Whether an office that an entity has without its country stands before the name
    of one of the other side: his is the office.
    """
    if person.rank is not Rank.PERSON or THIRD in (person.side, office.side) or person.start < office.end:
        return False
    own = cast.nations[office.side].search(frame.text, office.start, office.end)
    return office.rank is Rank.OFFICE and not own and _in_one_breath(frame, office, person, words=2)


def _in_one_breath(frame: Frame, office: Actor, person: Actor, words: int = WORDS_OF_TITLE + 2) -> bool:
    """Whether nothing but what it is the office of stands between an office and a name:
    "envoy for the Middle East and Africa Ann Bee".
    """
    between = frame.text[office.end : person.start]
    if len(between.split()) > words or _STOPS.search(between) or frame.grammar.verbal.search(between):
        return False
    inside: list[Actor | Word] = [*frame.actors, *frame.cues, *frame.offices]
    if any(office.end <= w.start and w.end <= person.start for w in inside):
        return False
    joins = list(frame.grammar.joiner.finditer(between))
    # where "and" is part of a word, that word is joined, not the name
    apart = joins and not frame.grammar.verb_first and not between[joins[-1].end() :].strip()
    return not apart and frame.grammar.listed.search(frame.grammar.joiner.sub(" ", between)) is None
