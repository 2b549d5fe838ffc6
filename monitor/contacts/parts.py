"""Pure. What part everybody has in a sentence: who takes part, speaks, has a view, is spoken about.

The parts are those of `model.Part`; docs/explanation/contacts.md shows each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.contacts.bounds import AROUND, groups
from monitor.contacts.parties import SPOKESMAN, Rank

if TYPE_CHECKING:
    from monitor.contacts.model import Actor, Frame, Part, Word
    from monitor.matching.mentions import Mention

#: words between a name and its verb: an ending, a helper, "officials"
VERB = 2
#: words between an office and the body it leads ("head of the internationally recognised government")
TITLE = 4
_FILED = re.compile(r"\s?(?:[:(,]|[-–—/]\s|\s[-–—]\s)")
_AT_END = re.compile(r"""\A['\w]*\s?(?:[,.;:!?)»”"—–-]|\Z)""")
_COMMA = re.compile("[,،]")


def give_parts(frame: Frame) -> None:
    """Give every actor of a sentence its part."""
    for number, actor in enumerate(frame.actors):
        actor.part = _part(frame, number)
    _topics(frame)


def _part(frame: Frame, number: int) -> Part:
    actor = frame.actors[number]
    before = frame.text[max(0, actor.start - AROUND) : actor.start]
    after = frame.text[actor.end : actor.end + AROUND]
    if _comments(frame, actor, number):
        return "viewer"
    if SPOKESMAN in actor.mention.tags:
        return "speaker"
    aside = _aside(frame, actor, before, after)
    if aside is not None:
        return aside
    if _cue_follows(frame, actor):
        return "core"
    belongs = frame.grammar.belongs.match(after) or frame.grammar.belongs_before.search(before)
    if not belongs and _speaks(frame, number, before, after):
        return "speaker"
    if belongs or (actor.rank is Rank.BODY and _in_title(frame, actor)):
        return "speaker" if _has_spokesman(frame, number) else "indirect"
    return "speaker" if _holds_that(frame, actor) else "core"


def _aside(frame: Frame, actor: Actor, before: str, after: str) -> Part | None:
    """Of what does not act: what is compared, opposed or leant on is a topic, where something is a place."""
    grammar = frame.grammar
    if frame.ahead_of(actor.start, grammar.compared) or grammar.opposed.search(before):
        return "topic"
    receives = actor.kind == "country" and grammar.given_to.search(before)
    inside = not receives and grammar.inside.search(before)
    if actor.kind != "person" and (inside or _dateline(frame, actor, after)):
        return "place"
    leant_on = actor.rank is Rank.COUNTRY and any(_touches(word, actor) for word in frame.leanings)
    return "topic" if leant_on else None


def _speaks(frame: Frame, number: int, before: str, after: str) -> bool:
    """Whether somebody says what is told: in a headline, before a verb of speech, as a source, behind one."""
    actor, grammar = frame.actors[number], frame.grammar
    following = frame.actors[number + 1].start if number + 1 < len(frame.actors) else len(frame.text)
    if frame.sentence.field == "title" and after.lstrip("'s ").startswith(":"):
        return True
    if _says(frame, number, after[: max(0, following - actor.end)]):
        return True
    before = before[-(actor.start - frame.actors[number - 1].end) :] if number else before
    if grammar.source.search(before):
        return True
    if grammar.addressed.search(frame.text[actor.start : actor.end]):
        return False
    return bool(grammar.says_before.search(before) and (not grammar.bare or _AT_END.match(after)))


def _has_spokesman(frame: Frame, number: int) -> bool:
    """ "The army's spokesman Toggi": it is the army that speaks."""
    body, others = frame.actors[number], frame.actors[max(0, number - 1) : number + 2]
    return body.rank is Rank.BODY and any(
        a.side == body.side and SPOKESMAN in a.mention.tags and _beside(a, body.mention, body.mention)
        for a in others
    )


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
    """ "BONN - ", "Francia, Marin: ": where the text was filed, or what it is filed under."""
    filed = _FILED.match(after)
    if filed and frame.grammar.verb_last and "," in filed[0]:
        return False  # there a comma parts a subject from what follows: "Fransa, elçiyi çağırdı"
    if filed and frame.grammar.comma_joins and filed[0] == "," and _joined_by_comma(frame, land):
        return False
    return land.rank is Rank.COUNTRY and not frame.text[: land.start].strip() and bool(filed)


def _joined_by_comma(frame: Frame, land: Actor) -> bool:
    """ "France, Italy sign accord": a headline's comma for "and", between two states."""
    behind = (a for a in frame.actors if a.kind in ("country", "place") and a.start == land.end + 2)
    return frame.sentence.field == "title" and any(
        a.rank is Rank.COUNTRY and not _FILED.match(frame.text[a.end :]) for a in behind
    )


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
            frame.grammar.about_before.match(after)
            or _on_agenda(frame, actor, after)
            or _is_matter(frame, actor, after)
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


def _is_matter(frame: Frame, actor: Actor, after: str) -> bool:
    """ "The Spanish question": a nation's adjective that says what is spoken about; no half of a pair."""
    if actor.kind != "demonym" or frame.text[max(0, actor.start - 1) : actor.start] in {"-", "–"}:
        return False
    grammar = frame.grammar
    return bool(grammar.matter.match(after) or frame.ahead_of(actor.start, grammar.matter_before))


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
        there = frame.grammar.also.search(frame.text, cue.end, actor.start)
        if actor not in kept and not there and (acting or not _is_pair(frame, actor)):
            actor.part = "topic"
    for actor in frame.within((frame.clause(cue.start)[0], cue.start), "core"):
        if frame.grammar.object.match(frame.text[actor.end : actor.end + AROUND]):
            actor.part = "topic"


def _is_pair(frame: Frame, actor: Actor) -> bool:
    """Whether a word names both countries: what is theirs in common, they discuss with each other."""
    return frame.parties <= {
        a.side
        for a in frame.actors
        if a.rank is Rank.COUNTRY and abs(a.mention.token - actor.mention.token) <= 1
    }
