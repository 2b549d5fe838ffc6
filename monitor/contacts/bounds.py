"""Pure. Where the clauses of a sentence begin, who acts in one, and who stands in one list."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from monitor.contacts.model import NEXT, Word
from monitor.contacts.parties import THIRD, Rank
from monitor.languages.grammar import NAMELESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.contacts.model import Actor, Frame, Parties
    from monitor.languages.grammar import Grammar

#: words of contact that lead somewhere
_JOURNEY = frozenset({"visit", "expected", "host"})
#: words of contact that may be no more than talk with a newspaper
_TALKING = frozenset({"meeting", "call"})
#: a little word between "in" and the word of contact
_ARTICLE = re.compile(r"(?<!\w)\w{1,3}\s\Z")
#: words of contact that say no more than where somebody was or came
_COMING = frozenset({"visit", "presence", "expected", "joint"})
_QUOTES = frozenset('"«“„')
_COMMA = re.compile("[,،]")
#: words of contact whose object may be a person, so that a name after them may be that
_FACING = frozenset({"meeting", "host", "call", "message", "invite"})
#: letters between "with" and whom: a space, a quote, an article; letters of the article; what is no letter
QUOTED, ARTICLE, _MARKS = 5, 3, " «»\"'“”„"
#: letters behind a word of contact in which its partner is named, and letters of who that is
REACH, NAME = 20, 40
#: letters looked at before and after an actor
AROUND = 100
#: between two names where verbs come last: a case, so that they stand in no list
_CASE = re.compile(r"\A'\w+\s+\Z")
#: letters between a name and where he is: a preposition
CLOSE = 8
#: words of a title between "and" and a name
TITLE = 3
#: the rest of a word
_REST = re.compile(r"\w*")
#: what ends one piece of a sentence before the next one's subject
_AFTER_COMMA = re.compile(r"[,،]\s*\Z")


def cut(frame: Frame) -> None:
    """Cut a sentence into clauses, never inside a name or a word of contact."""
    taken = [(a.start, a.end) for a in frame.actors] + [(c.start, c.end) for c in frame.cues]
    found = {word.start() for word in frame.grammar.boundary.finditer(frame.text)}
    found = {at for at in found if not (_lists_on(frame, at) or _quotes_the_verb(frame, at))}
    if frame.sentence.field == "title":
        found.update(_headline_bounds(frame))
    frame.apart = {*_opened(frame), *_side_by_side(frame)}
    found |= _opening(frame)
    found |= {*frame.apart, *_participles(frame)}
    frame.bounds = [at for at in sorted(found) if not any(start <= at < end for start, end in taken)]


def _lists_on(frame: Frame, at: int) -> bool:
    """Whether "then" only goes on with a list: "met Marin and then Ann Bee"."""
    then = frame.grammar.then.match(frame.text, at)
    # where verbs come last, one that ends right there has told what the first did
    ended = frame.grammar.verb_last and any(0 <= at - cue.end <= 1 for cue in frame.cues)
    return then is not None and not ended and _names(frame, then.end())


def _quotes_the_verb(frame: Frame, at: int) -> bool:
    """Whether a quotation only begins at the verb of who stands before it: "Marin « met with Ann Bee »"."""
    quoted = frame.text[at] in _QUOTES and any(0 < cue.start - at <= 2 for cue in frame.cues)
    return quoted and any(0 <= at - actor.end <= 1 for actor in frame.actors)


def _names(frame: Frame, at: int) -> bool:
    """Whether somebody is named right there."""
    return any(0 <= actor.start - at <= 1 for actor in frame.actors)


def _participles(frame: Frame) -> Iterator[int]:
    """Where verbs come last, the end of what is said of a name before it: "Bonn'da görüşen | Marin"."""
    for cue in frame.cues if frame.grammar.verb_last else ():
        end = cue.end + len(_REST.match(frame.text, cue.end)[0])  # type: ignore[index]
        if frame.grammar.participle.fullmatch(frame.text[cue.start : end].split()[-1]) and _names(frame, end):
            yield end


def _headline_bounds(frame: Frame) -> Iterator[int]:
    """Where a headline goes on with what somebody else did: "as Marin meets …"."""
    for actor in frame.actors:
        before = frame.grammar.meanwhile_before.search(frame.text[: actor.start])
        if actor.rank is Rank.PERSON and before and not frame.text.startswith("'", actor.end):
            yield before.start()


def _opening(frame: Frame) -> set[int]:
    """The comma behind what happened before or after: "After a visit to Ann Bee, Marin received …"."""
    comma = _COMMA.search(frame.text)
    return {comma.start()} if comma and frame.grammar.sequel.match(frame.text) else set()


def _opened(frame: Frame) -> Iterator[int]:
    """Where the main clause begins behind "while Marin was in Bonn":
    at the comma, else, where verbs come first, at the first of them that is a word of contact.
    """
    if not frame.grammar.meanwhile.match(frame.text):
        return
    comma = _COMMA.search(frame.text)
    if comma:
        yield comma.start()
    elif frame.grammar.verb_first and frame.actors:
        verbs = (
            cue.start - 1
            for cue in frame.cues
            if cue.start > frame.actors[0].end and frame.grammar.past.match(frame.text, cue.start)
        )
        yield from list(verbs)[:1]


def _side_by_side(frame: Frame) -> Iterator[int]:
    """The commas between sentences in a row: "Marin met Ann Bee, Oun called an election"."""
    if frame.grammar.verb_last or frame.grammar.verb_first:
        return
    people = [a for a in frame.actors if a.rank <= Rank.METONYM]
    for number, actor in enumerate(people):
        if not (_acts(frame, actor) and any(_acts(frame, other) for other in people[:number])):
            continue
        comma = frame.ahead_of(actor.start, _AFTER_COMMA)
        if comma:
            yield comma.start()
        elif (joined := _joined_sentence(frame, people[number - 1].end, actor)) is not None:
            yield joined


def _joined_sentence(frame: Frame, start: int, actor: Actor) -> int | None:
    """Where an "and" begins before somebody who does something of his own: "met Marin and Ann Bee left".

    Not in "he and Ann Bee met", nor where somebody named before is meant: "Marin came and Ann Bee met him".
    """
    between = frame.text[start : actor.start]
    joiner = frame.grammar.joiner.search(between)
    there = any(cue.start == actor.end + 1 and cue.sense == "presence" for cue in frame.cues)
    if joiner is None or there or len(between[joiner.end() :].split()) > TITLE:
        return None
    words = between[: joiner.start()].split()
    rest = frame.text[actor.end : frame.clause(actor.start)[1]]
    if (words and frame.grammar.pronoun.fullmatch(words[-1])) or frame.grammar.pronoun.search(rest):
        return None
    return start + joiner.start()


def _acts(frame: Frame, actor: Actor) -> bool:
    """Whether a verb, or whom something is done with, follows a name at once."""
    after = frame.text[actor.end :].lstrip()
    if frame.text[actor.end : actor.end + 1] != " ":
        return False
    verb = frame.grammar.verbal.match(after) or frame.grammar.past.match(after)
    return bool(verb or frame.grammar.partner.match(after) or _told(frame, actor))


def _told(frame: Frame, actor: Actor) -> bool:
    return any(cue.start == actor.end + 1 for cue in frame.cues)


def talks_with_whom(frame: Frame) -> Iterator[Word]:
    """The verbs of talking that need no partner behind them: "Ann Bee, with whom Marin spoke"."""
    for start in frame.bounds:
        whom, end = frame.grammar.whom.match(frame.text, start), frame.clause(start)[1]
        verb = frame.grammar.talks.search(frame.text, whom.end(), end) if whom else None
        who = next((a for a in frame.actors if start <= a.start < end), None)
        if verb and who:
            yield Word("meeting", *verb.span(), who.mention)


def antecedent(frame: Frame, span: tuple[int, int]) -> list[Actor]:
    """Whom a relative clause is about, the name right before it;
    or who acted before "then" or ", was", where nobody is named in front of its verb.
    """
    if _goes_on(frame, span[0]) and not _own_subject(frame, span):
        before = frame.clause(span[0] - 1)
        inside = [] if is_about_another(frame, before) else frame.within(before, "core")
        return [*antecedent(frame, before), *inside][:1] if span[0] else []
    if not frame.grammar.relative.match(frame.text[span[0] : span[0] + NEXT]):
        return []
    return [a for a in frame.actors if 0 <= span[0] - a.end <= 2 and a.part not in {"topic", "place"}][-1:]


def is_about_another(frame: Frame, span: tuple[int, int]) -> bool:
    """Whether a clause is about an office right before it that is no actor's: "the minister, who met Marin".

    "Said that he met Marin" is about nobody before it, though "that" may be a relative's word, too.
    """
    begins = frame.grammar.relative.match(frame.text[span[0] : span[0] + NEXT])
    office = any(o.sense == "person" and 0 <= span[0] - o.end <= 2 for o in frame.offices)
    return bool(span[0] and begins and office) and not antecedent(frame, span)


def _goes_on(frame: Frame, start: int) -> bool:
    """Whether a clause begins with "then", or a verb behind a comma: "Marin, back from Bonn, was seen"."""
    text = frame.text
    verb = "," in text[max(0, start - 1) : start + 1] and frame.grammar.verbal.match(
        text[start:].lstrip(", ")
    )
    return bool(start and (verb or frame.grammar.then.match(text, start)))


def _own_subject(frame: Frame, span: tuple[int, int]) -> bool:
    """Whether a clause names who acts: before its word of contact, or behind a verb that comes first."""
    people = [a for a in frame.within(span, "core") if a.rank < Rank.COUNTRY]
    if frame.grammar.verb_first:
        return len(people) > 1
    return any(a.start < min(c.start for c in frame.cues if c.start >= span[0]) for a in people)


def acts_there(frame: Frame, cue: Word, made: Parties) -> bool:
    """Whether somebody of a side stands in the clause of a word of contact, or the clause is about him:
    "Marin won, an analyst in Bonn said" tells of no journey.
    """
    span = frame.clause(cue.start)
    about = antecedent(frame, span)
    if cue.sense == "presence" and frame.grammar.says.match(frame.text[cue.end :]):
        span = (max(span[0], frame.text.rfind(",", 0, cue.start)), span[1])
    acting = [a for a in made.actors if a.rank is not Rank.COUNTRY]
    return any(span[0] <= a.start < span[1] or a in about for a in acting)


def is_at_home(frame: Frame, cue: Word, made: Parties) -> bool:
    """Whether a word of presence names the country of who acts: a Spaniard in Madrid visits nobody."""
    clause = frame.clause(cue.start)
    acting = {a.side for a in made.actors if a.rank is not Rank.COUNTRY and frame.clause(a.start) == clause}
    return any(land.side in acting and cue.start <= land.start < cue.end for land in frame.lands)


def leads_elsewhere(frame: Frame, cue: Word, land: Actor) -> bool:
    """Whether a journey ends in a third country: "bound for Spain, seen after a visit to Malta"."""
    if cue.sense not in _JOURNEY:
        return False
    start, end = frame.clause(cue.start)
    if frame.grammar.verb_last:
        return land.start > cue.end and any(start <= a.start < cue.start for a in frame.foreign)
    return land.start < cue.start and any(cue.end <= a.start < end for a in frame.foreign)


def is_event(frame: Frame, cue: Word) -> bool:
    """Whether a word of contact tells of no more than a gathering or journey: "the summit", "the guests"."""
    return cue.sense in _COMING or any(c.sense == "joint" and c.start == cue.start for c in frame.cues)


def bound_elsewhere(frame: Frame, cues: Sequence[Word]) -> bool:
    """Whether a sentence tells of a journey or a gathering in a third country,
    and names no place of the side that it lacks.
    """
    acting = {a.side for a in frame.within(frame.clause(cues[0].start), "core")}
    return (
        all(is_event(frame, cue) for cue in cues)
        and any(a.kind in {"country", "place"} for a in frame.foreign)
        and not any(land.side in frame.parties - acting for land in frame.lands)
    )


def only_heard(frame: Frame, cue: Word) -> bool:
    """ "Said in a conversation with a newspaper": who it was with only heard what the sentence says."""
    if cue.sense not in _TALKING or not frame.sayings:
        return False
    before = frame.text[max(0, cue.start - AROUND) : cue.start]
    within = any(frame.grammar.at.search(text) for text in (before, _ARTICLE.sub("", before)))
    if not within:
        return False
    found = frame.grammar.partner.search(frame.text, cue.end, cue.end + REACH)
    found = found or frame.grammar.heard_by.match(frame.text, cue.end)
    if found is None:
        return False
    named: list[Actor | Word] = [*frame.actors, *frame.offices]
    gaps = [(found.end(), w.start) for w in named if 0 <= w.start - found.end() <= QUOTED]
    return not any(_is_article(frame, *gap) for gap in gaps)


def _is_article(frame: Frame, start: int, end: int) -> bool:
    """Whether a few letters are no more than an article, or none: not "RT", whose letters are capitals."""
    word = frame.text[start:end].strip(_MARKS)
    said = frame.given[bisect_left(frame.offsets, start) : bisect_left(frame.offsets, end)]
    return not word or (len(word) <= ARTICLE and said == said.lower())


def whereabouts(frame: Frame) -> Iterator[Word]:
    """Headlines without a verb: "Marin in Bonn", said of a person or a delegation in the other's country."""
    people = [a for a in frame.actors if a.rank is Rank.PERSON or a.name.endswith(NAMELESS)]
    for land in frame.lands if people else ():
        near = [a for a in people if 0 < land.start - a.end <= CLOSE and a.side not in (land.side, THIRD)]
        if not near or land.kind == "demonym" or any(c.start <= land.start < c.end for c in frame.cues):
            continue
        before = frame.ahead_of(land.start, frame.grammar.at)
        after = frame.grammar.at_after.match(frame.text[land.end :])
        start = before.start() if before else land.start
        if (before or after) and any(a.end == start - 1 for a in near):
            yield Word("presence", start, land.end + (after.end() if after else 0), land.mention)


def is_other_news(frame: Frame, cues: Sequence[Word], made: Parties) -> bool:
    """Whether a semicolon keeps one side apart from the words of contact and from the other side.

    Where a verb may leave out who acts, whom an earlier piece named may be meant: "X arrived; met Y".
    """
    for side in frame.parties:
        own = made.of(side)
        others: list[Actor | Word] = [*cues, *(a for a in made.actors if a.side != side)]
        if all(parted(frame, a, other) for a in own for other in others) and not (
            frame.grammar.drops and _subject_left_out(frame, own, others)
        ):
            return True
    return False


def _subject_left_out(frame: Frame, own: Sequence[Actor], others: Sequence[Actor | Word]) -> bool:
    """Whether what follows `own` behind a semicolon begins with no name, so that its subject is left out."""
    first = min(others, key=lambda w: w.start)
    start = frame.text.rfind(";", 0, first.start) + 1
    facing = frame.grammar.verb_first and not any(c.sense in _FACING for c in frame.cues if c.start >= start)
    words = 1 if facing else 0
    subjects = (a for a in frame.actors if a.start >= start and not frame.declined(a))
    opened = any(len(frame.text[start : a.start].split()) <= words for a in subjects)
    return not opened and all(a.end <= start for a in own) and _led(frame, own, start)


def _led(frame: Frame, own: Sequence[Actor], end: int) -> bool:
    """Whether one of `own` stands where the subject of the piece before `end` stands, not behind its verb."""
    start = max(0, frame.text.rfind(";", 0, max(0, end - 1)))
    verbs = [c.start for c in frame.cues if start <= c.start < end]
    free = frame.grammar.verb_first or frame.grammar.verb_last or not verbs
    return free or any(a.start < min(verbs) for a in own)


def parted(frame: Frame, cue: Actor | Word, land: Actor | Word) -> bool:
    first, last = sorted((cue, land), key=lambda w: w.start)
    return ";" in frame.text[first.end : last.start]


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
    inside = False
    for actor in actors:
        between = frame.text[lists[-1][-1].end : actor.start] if lists else ""
        listed = bool(between.strip()) or (bool(lists) and lists[-1][-1].side == actor.side)
        apart = (inside or _with_whom(frame, actor)) and not frame.grammar.joiner.search(between)
        # the country in "with the leader of Malta": what goes on behind an "and" is with whom, as he is
        inside = bool(lists) and actor.end <= lists[-1][-1].end
        near = listed and not apart and len(between) <= AROUND
        if inside or (lists and near and _joined(frame.grammar, between)):
            lists[-1].append(actor)
        else:
            lists.append([actor])
    return lists


def _joined(grammar: Grammar, between: str) -> bool:
    if grammar.verb_last and _CASE.match(between):
        return False
    return grammar.joined.match(between) is not None and grammar.verbal.search(between) is None
