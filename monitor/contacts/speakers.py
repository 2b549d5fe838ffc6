"""Pure. Who says it: "The palace denied …", "according to Marin", "dément le palais", «نفى القصر».

A denial, confirmation or claim belongs to whom the text names beside a word of saying (the analysts'
vocabulary `saying`). In a sentence several may say something; a denial's speaker is who denies. Without a
name it is the outlet's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.contacts.parties import Rank
from monitor.contacts.parts import TITLE
from monitor.contacts.quoting import (
    NEAR,
    begins,
    everywhere,
    in_words,
    is_passive,
    quoted,
    rules_of,
    without_helpers,
)
from monitor.model import UNKNOWN, ContactStatus, Speaker

if TYPE_CHECKING:
    from monitor.contacts.model import Actor, Frame, Word
    from monitor.contacts.parties import Cast
    from monitor.model import Side

#: words between a speaker and what says that it speaks
WORDS = 7
#: letters between "meeting" and whose it is: "rencontre de la "
OF = 6
_TITLES = r"(?:[\w'’.-]+\s){0,4}"
_SENSES = {ContactStatus.DENIED: ("denies", "says", "confirms")}
_OTHERS = ("confirms", "says")
#: the sense of words by which somebody denies
DENIES = "denies"


@dataclass(slots=True)
class Hearing:
    """Who spoke last in an item, for "he said"."""

    last: Speaker | None = None
    sentence: int = -1


def speaker_of(
    frame: Frame, cue: Word, status: ContactStatus, cast: Cast, lang: str, heard: Hearing
) -> Speaker | None:
    """Who says what `cue` tells, of those whom the sentence names; None where nobody but the outlet does."""
    found = []
    for sense in _SENSES.get(status, _OTHERS):
        words = [word for word in _sayings(frame, lang) if word.sense == sense]
        found += sorted(words, key=lambda word: abs(word.start - cue.start))
    for word in found:
        actor = _who(frame, word, lang)
        if actor is not None:
            return _heard(_described(actor, cast), frame, heard)
        if _meant_again(frame, word, lang, heard):
            return heard.last
    if status is not ContactStatus.DENIED:
        return None
    speaker = _heading(frame, cast, lang) or next(
        filter(None, (in_words(frame, w, lang) for w in found)), None
    )
    return _heard(speaker, frame, heard) if speaker else None


def denier_of(frame: Frame, cast: Cast, lang: str) -> Speaker | None:
    """Who denies what a sentence is about, whatever it is;
    None where nobody, or nobody but the outlet, does.
    """
    for word in (word for word in _sayings(frame, lang) if word.sense == DENIES):
        actor = _right_behind(frame, word, lang) or _subject(frame, word, lang)
        speaker = _described(actor, cast) if actor is not None else in_words(frame, word, lang)
        if speaker is not None:
            return speaker
    return None


def _sayings(frame: Frame, lang: str) -> list[Word]:
    """The words of saying, without those by which somebody refuses."""
    refused = [m.span() for m in rules_of(lang).refuses.finditer(frame.text)]
    return [w for w in frame.sayings if not any(start < w.end and w.start < end for start, end in refused)]


def negator_of(frame: Frame, cast: Cast, lang: str) -> Speaker | None:
    """Who says that something is not so, without a word of denial: "Harbour office: no fighters arrived"."""
    if not rules_of(lang).negates.search(frame.text):
        return None
    for word in (word for word in frame.sayings if word.sense != DENIES):
        actor = _who(frame, word, lang)
        speaker = _described(actor, cast) if actor is not None else in_words(frame, word, lang)
        if speaker is not None:
            return speaker
    return _heading(frame, cast, lang)


def _heading(frame: Frame, cast: Cast, lang: str) -> Speaker | None:
    """Who stands before the colon of a headline, or behind it when what he says stands before."""
    if frame.sentence.field != "title":
        return None
    actor = _headed(frame)
    if actor is not None:
        return _described(actor, cast)
    head, colon, rest = frame.text.partition(":")
    if not colon or frame.sayings:
        return None
    if not rules_of(lang).negates.search(head):
        return quoted(frame, 0, len(head))
    # "No fighters arrived: mayor"
    return None if rules_of(lang).negates.search(rest) else quoted(frame, len(head) + 1, len(frame.text))


def _right_behind(frame: Frame, word: Word, lang: str) -> Actor | None:
    """ "Denied by the palace"; and where the verb begins: «نفى القصر», "…», dément le palais"."""
    actor = next((a for a in frame.voices if a.start >= word.end), None)
    between = frame.text[word.end : actor.start] if actor else ""
    article = everywhere().article
    by = rf"\W*(?:{rules_of(lang).by})(?:(?<=')|(?!\w))\W*{article}\W*"
    opens = begins(frame, word, lang) and re.fullmatch(rf"\W*{article}\W*", between)
    return actor if opens or re.fullmatch(by, between) else None


def _heard(speaker: Speaker, frame: Frame, heard: Hearing) -> Speaker:
    heard.last, heard.sentence = speaker, frame.sentence.index
    return speaker


def _meant_again(frame: Frame, word: Word, lang: str, heard: Hearing) -> bool:
    before = frame.text[max(0, word.start - 12) : word.start]
    pronoun = re.search(rf"(?<!\w)(?:{rules_of(lang).pronoun})\s(?:\w+\s)?\Z", before)
    return bool(pronoun and heard.last and frame.sentence.index - heard.sentence <= 2)


def _who(frame: Frame, word: Word, lang: str) -> Actor | None:
    """The speaker of one word of saying."""
    rules, article = rules_of(lang), everywhere().article
    behind = [actor for actor in frame.voices if word.end <= actor.start <= word.end + NEAR][:1]
    if everywhere().according_to.fullmatch(frame.text[word.start : word.end]):
        titled = rf"\W*{_TITLES}{article}\W*"
        return next((a for a in behind if re.fullmatch(titled, frame.text[word.end : a.start])), None)
    for actor in behind:
        between = frame.text[word.end : actor.start]
        if re.fullmatch(rf"\W*(?:[\w']+\s)?(?:{rules.by})(?:(?<=')|(?!\w))\W*{article}\W*{_TITLES}", between):
            return actor
    before = _subject(frame, word, lang)
    if before is not None:
        return before
    if behind and (word.sense in rules.inverted if rules.loose else begins(frame, word, lang)):
        between = frame.text[word.end : behind[0].start]
        near = re.fullmatch(rf"\W*{article}\W*{_TITLES if lang == 'ar' else ''}", between)
        if near and not rules.ends.search(between) and _is_subject(frame, behind[0], lang):
            return behind[0]
    return None


def _subject(frame: Frame, word: Word, lang: str) -> Actor | None:
    """The name before a verb of saying that nothing parts from it."""
    if lang != "tr" and is_passive(frame, word, lang):
        return None
    earlier = [actor for actor in frame.voices if actor.end <= word.start]
    if lang == "tr":
        return _turkish(frame, earlier, word)
    for actor in reversed(earlier[-3:]):
        between = frame.text[actor.end : word.start]
        if lang != "ar" and without_helpers(between.rpartition(",")[2] if "," in between else "", lang):
            return None
        if _parted_from(between, word, lang) or _is_anothers(frame, actor):
            return None
        if any(actor.end <= other.start < word.start for other in frame.sayings if other is not word):
            return None
        if not _is_object(frame, actor):
            return actor
    return None


def _parted_from(between: str, word: Word, lang: str) -> bool:
    """Whether what stands between a name and a verb of saying keeps them apart."""
    plain = re.sub(r",[^,]{0,80},", " ", between)
    if plain.rstrip().endswith((",", "،")) and word.sense in rules_of(lang).inverted:
        return True  # "…, said Marin"
    far = len(plain.split()) > WORDS or everywhere().breaks.search(plain) is not None
    return far or ("," in plain.strip(" ,") and lang != "ar")


def _is_object(frame: Frame, actor: Actor) -> bool:
    """ "With Marin", "the meeting of Moreau and Marin": who takes part, not who speaks."""
    if any(_belongs(frame, cue, actor) for cue in frame.cues):
        return True
    if frame.grammar.inside.search(frame.text[max(0, actor.start - 24) : actor.start]):
        return True
    return bool(everywhere().partner.search(frame.text[max(0, actor.start - 24) : actor.start]))


def _is_anothers(frame: Frame, actor: Actor) -> bool:
    """ "Marin's aide" is not Marin."""
    before, after = (
        frame.text[max(0, actor.start - NEAR) : actor.start],
        frame.text[actor.end : actor.end + NEAR],
    )
    belongs = frame.grammar.belongs.match(after) or frame.grammar.belongs_before.search(before)
    return actor.kind == "person" and bool(belongs)


def _belongs(frame: Frame, cue: Word, actor: Actor) -> bool:
    return 0 <= actor.start - cue.end <= OF and "," not in frame.text[cue.end : actor.start]


def _is_subject(frame: Frame, actor: Actor, lang: str) -> bool:
    """With cases only an undeclined name is the subject of a verb before it; no preposition stands there."""
    if lang != "ru":
        return True
    return (
        not re.search(r"(?:[уюое]м?|[ао]м|его|ому|ым|ой)\Z", frame.text[actor.start : actor.end])
        or actor.kind == "body"
    )


def _turkish(frame: Frame, earlier: list[Actor], word: Word) -> Actor | None:
    """The verb ends the sentence; who says it stands first, without a case ending,
    or before "tarafından" and "göre".
    """
    for actor in earlier:
        after = frame.text[actor.end : actor.end + 24]
        if re.match(r"'?\w{0,3}\s(?:\w+\s)?(?:tarafından|göre)(?!\w)", after) or re.match(
            r"'?(?:den|dan|ten|tan|[ıiuü]n)\s(?:\w+\s){0,2}yalanlama", after
        ):
            return actor
    first = earlier[0] if earlier else None
    if first is None or word.start < first.end:
        return None
    before, name = frame.text[: first.start], frame.text[first.start : first.end]
    after = frame.text[first.end : first.end + NEAR]
    # "Lejyon savaşçılarının …" is what is denied
    owned = re.match(r"\s\w+(?:n[ıiuü]n)(?!\w)", after) or re.search(r"\w{5}n[ıiuü]n\Z", before + name)
    if "," in before or len(before.split()) > TITLE or owned:
        return None
    return first if re.match(r"(?:\s\w+)?,|\s(?!ile|ve\b)\w", after) else None


def _headed(frame: Frame) -> Actor | None:
    """ "Palace: no meeting is planned": who a headline quotes."""
    first = next(iter(frame.voices), None)
    heads = (
        first is not None
        and not frame.text[: first.start].strip()
        and frame.text[first.end :].lstrip("'s ").startswith(":")
    )
    return first if heads else None


def _described(actor: Actor, cast: Cast) -> Speaker:
    kind = "country" if actor.rank is Rank.COUNTRY else "person" if actor.rank is Rank.PERSON else "body"
    return Speaker(actor.name, kind, side_of(actor, cast))


def side_of(actor: Actor, cast: Cast) -> Side:
    """The side that an entity's tags speak for; of a party whose entities all speak for one, that one."""
    tags = actor.mention.tags
    own = cast.press_sides.spoken_for(tags)
    if len(own) == 1:
        return own[0]
    known = cast.voices.get(actor.side, ())
    if len(known) == 1:
        return next(iter(known))
    return next(iter(cast.press_sides.spoken_for(tags, outsiders=True)), UNKNOWN)
