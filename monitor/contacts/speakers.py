"""Pure. Who says it: "The Kremlin denied …", "according to Peskov", "dément le Kremlin", «نفى الكرملين».

A denial, confirmation or claim belongs to whom the text names beside a word of saying (the analysts' vocabulary
`saying`). In a sentence several may say something; a denial's speaker is who denies. Without a name it is the outlet's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.contacts.parties import Rank
from monitor.model import ContactStatus, Side, Speaker

if TYPE_CHECKING:
    from monitor.contacts.clauses import Actor, Frame, Word
    from monitor.contacts.parties import Cast

#: letters and words between a speaker and what says that it speaks
NEAR, WORDS = 90, 7
#: letters between "meeting" and whose it is: "rencontre de la "
OF = 6
#: what follows is who says it: "denied by", "démenti du", "according to"
_BY = {
    "en": r"by|from|of", "fr": r"par|du|de|de la|des|de l'|d'", "it": r"da|dal|dalla|dallo|dagli|dall'|del|della|di|dell'|dello",
    "ru": r"в|со стороны|от", "ar": r"من|من قبل|من جانب|عن", "tr": r"(?!)",
}  # fmt: skip
#: words of saying that are prepositions: who says it follows at once
_ACCORDING = re.compile(
    r"according to|selon|d'après|secondo|stando a\w*|بحسب|وفقا?|по словам|по данным|по версии|statement (?:by|from)"
)
#: what may stand between a verb and a subject behind it
_ARTICLE = r"(?:the|le|la|les|l'|il|lo|i|gli|al|alla|ai|на|ال)?"
#: verb and subject may change places
_INVERTED = {"en": ("says",), "fr": ("says", "denies", "confirms"), "it": ("says", "denies", "confirms"), "ru": ("says", "denies", "confirms"), "ar": ("says", "denies", "confirms"), "tr": ()}  # fmt: skip
_TITLES = r"(?:[\w'’.-]+\s){0,4}"
#: between subject and verb stands no other clause
_BREAKS = re.compile(r"[;:–—]|(?<!\w)(?:that|who|which|qui|que|che|что|котор\w+|ان|الذي|التي|diye|ki)(?!\w)")
_PRONOUN = {
    "en": r"(?:he|she|it|they)", "fr": r"(?:il|elle|ils)", "it": r"(?:egli|lui|lei)", "ru": r"(?:он|она|они)", "ar": r"(?!)", "tr": r"(?!)",
}  # fmt: skip
_SENSES = {ContactStatus.DENIED: ("denies", "says", "confirms")}
_OTHERS = ("confirms", "says")
#: a subject that is quoted as it stands: Latin letters, as sentences about it are in English, and few words
_NAMELIKE, MOST_WORDS = re.compile(r"[A-Za-zÀ-ɏ'.\- ]{2,60}"), 5
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
    for sense in _SENSES.get(status, _OTHERS):
        words = [word for word in frame.sayings if word.sense == sense]
        for word in sorted(words, key=lambda word: abs(word.start - cue.start)):
            actor = _who(frame, word, lang)
            if actor is not None:
                return _heard(_described(actor, cast), frame, heard)
            if _meant_again(frame, word, lang, heard):
                return heard.last
    actor = _headed(frame) if frame.sentence.field == "title" else None
    if actor is not None and status is ContactStatus.DENIED:
        return _heard(_described(actor, cast), frame, heard)
    return None


def denier_of(frame: Frame, cast: Cast, lang: str, given: str) -> Speaker | None:
    """Who denies what a sentence is about, whatever it is; None where nobody, or nobody but the outlet, does.

    `given`: the field in which the sentence stands, as it was written.
    """
    known = lang if lang in _BY else "en"
    denials = [word for word in frame.sayings if word.sense == DENIES]
    for word in denials:
        actor = _right_behind(frame, word, known) or _subject(frame, word, known)
        if actor is not None:
            return _described(actor, cast)
    title = frame.sentence.field == "title"
    return _by_its_words(given[: denials[0].mention.start]) if denials and title else None


def _right_behind(frame: Frame, word: Word, lang: str) -> Actor | None:
    """ "Denied by the Kremlin"; and where the verb begins: «نفى الكرملين», "…», dément le Kremlin"."""
    actor = next((a for a in frame.voices if a.start >= word.end), None)
    between = frame.text[word.end : actor.start] if actor else ""
    before = frame.text[: word.start].rstrip()
    begins = word.sense in _INVERTED[lang] and (not before or before[-1] in ',،»”"')
    by = rf"\W*(?:{_BY[lang]})(?:(?<=')|(?!\w))\W*{_ARTICLE}\W*"
    near = re.fullmatch(by, between) or (begins and re.fullmatch(rf"\W*{_ARTICLE}\W*", between))
    return actor if near else None


def _by_its_words(words: str) -> Speaker | None:
    """Who a headline begins with, where no entity is known by that name: "Command denies that …"."""
    plain = words.strip()
    if not _NAMELIKE.fullmatch(plain) or len(plain.split()) > MOST_WORDS:
        return None
    return Speaker(plain, "person")


def _heard(speaker: Speaker, frame: Frame, heard: Hearing) -> Speaker:
    heard.last, heard.sentence = speaker, frame.sentence.index
    return speaker


def _meant_again(frame: Frame, word: Word, lang: str, heard: Hearing) -> bool:
    before = frame.text[max(0, word.start - 12) : word.start]
    pronoun = re.search(rf"(?<!\w){_PRONOUN.get(lang, _PRONOUN['en'])}\s(?:\w+\s)?\Z", before)
    return bool(pronoun and heard.last and frame.sentence.index - heard.sentence <= 2)


def _who(frame: Frame, word: Word, lang: str) -> Actor | None:
    """The speaker of one word of saying."""
    known = lang if lang in _BY else "en"
    behind = [actor for actor in frame.voices if word.end <= actor.start <= word.end + NEAR][:1]
    for actor in behind:
        between = frame.text[word.end : actor.start]
        said = frame.text[word.start : word.end]
        if _ACCORDING.fullmatch(said) and re.fullmatch(rf"\W*{_TITLES}{_ARTICLE}\W*", between):
            return actor
        if re.fullmatch(
            rf"\W*(?:[\w']+\s)?(?:{_BY[known]})(?:(?<=')|(?!\w))\W*{_ARTICLE}\W*{_TITLES}", between
        ):
            return actor
    before = _subject(frame, word, known)
    if before is not None:
        return before
    if word.sense in _INVERTED[known] and behind:
        between = frame.text[word.end : behind[0].start]
        if re.fullmatch(rf"\W*{_ARTICLE}\W*{_TITLES if known == 'ar' else ''}", between) and _is_subject(
            frame, behind[0], known
        ):
            return behind[0]
    return None


def _subject(frame: Frame, word: Word, lang: str) -> Actor | None:
    """The name before a verb of saying that nothing parts from it."""
    earlier = [actor for actor in frame.voices if actor.end <= word.start]
    if lang == "tr":
        return _turkish(frame, earlier, word)
    for actor in reversed(earlier[-3:]):
        between = frame.text[actor.end : word.start]
        if between.strip() in (",", "،") and word.sense in _INVERTED[lang]:
            return None  # "…, said Peskov"
        plain = re.sub(r",[^,]{0,80},", " ", between)
        if len(plain.split()) > WORDS or _BREAKS.search(plain) or ("," in plain.strip(" ,") and lang != "ar"):
            return None
        if any(actor.end <= other.start < word.start for other in frame.sayings if other is not word):
            return None
        if not _is_object(frame, actor):
            return actor
    return None


def _is_object(frame: Frame, actor: Actor) -> bool:
    """ "With Haftar", "the meeting of Putin and Haftar": who takes part, not who speaks."""
    if any(_belongs(frame, cue, actor) for cue in frame.cues):
        return True
    if frame.grammar.inside.search(frame.text[max(0, actor.start - 24) : actor.start]):
        return True
    before = frame.text[max(0, actor.start - 24) : actor.start]
    return bool(
        re.search(
            r"(?<!\w)(?:with|between|about|to|avec|entre|con|tra|fra|с|со|между|о|مع|بين|and|et|e|и)\s(?:[\w'.-]+\s){0,2}\Z",
            before,
        )
    )


def _belongs(frame: Frame, cue: Word, actor: Actor) -> bool:
    return 0 <= actor.start - cue.end <= OF and "," not in frame.text[cue.end : actor.start]


def _is_subject(frame: Frame, actor: Actor, lang: str) -> bool:
    """Behind a Russian verb only an undeclined name is its subject; no preposition stands before it."""
    if lang != "ru":
        return True
    return (
        not re.search(r"(?:[уюое]м?|[ао]м|его|ому|ым|ой)\Z", frame.text[actor.start : actor.end])
        or actor.kind == "body"
    )


def _turkish(frame: Frame, earlier: list[Actor], word: Word) -> Actor | None:
    """The verb ends the sentence; who says it stands first, without a case ending, or before "tarafından" and "göre"."""
    for actor in earlier:
        after = frame.text[actor.end : actor.end + 24]
        if re.match(r"'?\w{0,3}\s(?:\w+\s)?(?:tarafından|göre)(?!\w)", after) or re.match(
            r"'?(?:den|dan|ten|tan|[ıiuü]n)\s(?:\w+\s){0,2}yalanlama", after
        ):
            return actor
    first = earlier[0] if earlier else None
    if first is None or word.start < first.end:
        return None
    return (
        first if re.match(r"(?:\s\w+)?,|\s(?!ile|ve\b)\w", frame.text[first.end : first.end + 20]) else None
    )


def _headed(frame: Frame) -> Actor | None:
    """ "Kremlin: no meeting is planned": who a headline quotes."""
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
    """The side that an entity's tags say ("russia-state"); of a side whose entities all say one, that one."""
    sides = {side.value: side for side in Side}
    own = [sides[tag] for tag in sorted(actor.mention.tags) if tag in sides]
    if len(own) == 1:
        return own[0]
    known = cast.voices.get(actor.side, ())
    if len(known) == 1:
        return Side(next(iter(known)))
    return (
        Side.OTHER_STATE
        if "third-party" in actor.mention.tags or "country" in actor.mention.tags
        else Side.UNKNOWN
    )
