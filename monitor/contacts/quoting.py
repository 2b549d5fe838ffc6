"""Pure. Who says something in the text's own words, where no list knows him: the subject of the verb, or its
agent.

Where a subject begins and ends stands in `saying.txt` of each language; a part of a sentence that is short
enough to be somebody is quoted as it was written, in any script.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.languages import remembered, tables
from monitor.languages.tables import Phrases, Table, Words
from monitor.model import Speaker

if TYPE_CHECKING:
    from monitor.contacts.model import Frame, Word

#: letters between who speaks and what says that he speaks
NEAR = 90
#: letters in which a subject before its verb is looked for
REACH = 200
#: words of a speaker that is quoted as it stands, of a parenthesis behind it, and letters
MOST_WORDS, MOST_LETTERS = 8, 80
_PARENTHESIS = re.compile(r",[^,]{1,80},\s*\Z")
_STOP = re.compile(r"""[;:–—!?«»“”"„(,،؛؟]|[.]\s|\s-\s""")


class Saying(Table):
    """How a language puts a speaker; its file says what each section means."""

    FILE = "saying.txt"
    according_to: Phrases = ""
    article: Phrases = ""
    breaks: Phrases = ""
    partner: Phrases = ""
    small: Phrases = ""
    by: Phrases = "(?!)"
    agent: Phrases = ""
    inverted: Words = ()
    inverted_anywhere: Words = ()
    pronoun: Phrases = "(?!)"
    participle: Phrases = "(?!)"
    declined: Phrases = "(?!)"
    has: Phrases = "(?!)"
    was: Phrases = "(?!)"
    objectless: Phrases = ""
    helps: Phrases = "(?!)"
    refuses: Phrases = "(?!)"
    fronted: Phrases = "(?!)"
    opens: Phrases = "(?!)"
    ends: Phrases = "(?!)"
    negates: Phrases = "(?!)"


@dataclass(frozen=True, slots=True)
class Rules:
    """One language's sections, as expressions over its sentences."""

    by: str
    agent: str
    #: whether verb and subject may change places anywhere, and for which senses
    loose: bool
    inverted: tuple[str, ...]
    pronoun: str
    participle: re.Pattern[str]
    declined: re.Pattern[str]
    has: re.Pattern[str]
    was: re.Pattern[str]
    objectless: re.Pattern[str]
    helps: re.Pattern[str]
    refuses: re.Pattern[str]
    fronted: re.Pattern[str]
    opens: re.Pattern[str]
    #: all that stands before a verb which begins a clause
    opening: re.Pattern[str]
    #: a subject, word by word, up to where it ends
    phrase: re.Pattern[str]
    ends: re.Pattern[str]
    negates: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What all languages' words say together: a sentence may quote another language's."""

    according_to: re.Pattern[str]
    #: optional, so that it may stand within another expression
    article: str
    breaks: re.Pattern[str]
    partner: re.Pattern[str]
    small: re.Pattern[str]


@remembered
def everywhere() -> Everywhere:
    """The sections that are read for all languages at once. Raises ConfigError for a broken file."""
    said = tables.everywhere(Saying)
    every = {name: "|".join(getattr(of, name) or "(?!)" for of in said) for name in Everywhere.__slots__}
    return Everywhere(
        according_to=re.compile(every["according_to"]),
        article=f"(?:{every['article']})?",
        breaks=re.compile(rf"[;:–—»”]|(?<!\w)(?:{every['breaks']})(?!\w)"),
        partner=re.compile(rf"(?<!\w)(?:{every['partner']})\s(?:[\w'.-]+\s){{0,2}}\Z"),
        small=re.compile(rf"(?:{every['small']})(?:(?<=')|(?!\w))"),
    )


@remembered
def rules_of(lang: str) -> Rules:
    """A language's rules; the English ones where it has none. Raises ConfigError for a broken file."""
    of = tables.read(Saying, lang)

    def made(pattern: str) -> re.Pattern[str]:
        return tables.expression(pattern, Saying, lang)

    ends = rf"(?:{of.ends})(?!\w)"
    return Rules(
        by=of.by,
        agent=of.agent or of.by,
        loose=bool(of.inverted_anywhere),
        inverted=of.inverted + of.inverted_anywhere,
        pronoun=of.pronoun,
        participle=made(of.participle),
        declined=made(of.declined),
        has=made(rf"(?<!\w)(?:{of.has})\s*\Z"),
        was=made(rf"(?<!\w)(?:{of.was})\s*\Z"),
        objectless=made(of.objectless),
        helps=made(rf"(?<!\w)(?:{of.helps})\s*\Z"),
        refuses=made(rf"(?<!\w)(?:{of.refuses})"),
        fronted=made(of.fronted),
        opens=made(rf"\W*(?:{of.opens})(?!\w)\s*"),
        opening=made(rf"""(?:\A|[,،:»”"])\W*(?:(?:{of.opens})(?!\w))?\s*\Z"""),
        phrase=made(rf"\s?(?=\w)(?:(?!{ends})(?:[\w'’-]|\.(?=\w))+[^\S\n]?){{1,{MOST_WORDS}}}"),
        ends=made(rf"(?<!\w){ends}"),
        negates=made(rf"(?<!\w)(?:{of.negates})(?!\w)"),
    )


def begins(frame: Frame, word: Word, lang: str) -> bool:
    """Whether a verb opens its clause and its subject may follow."""
    before = _before(frame, word.start)
    return word.sense in rules_of(lang).inverted and rules_of(lang).opening.search(before) is not None


def _before(frame: Frame, at: int) -> str:
    """The letters before a place, as far as a subject reaches;
    a letter first where the sentence began earlier.
    """
    return frame.text[:at] if at <= REACH else f"x{frame.text[at - REACH : at]}"


def in_words(frame: Frame, word: Word, lang: str) -> Speaker | None:
    """Who says it in the text's own words, where no entity is known by them:
    the subject of the verb, or its agent.
    """
    span = _agent(frame, word, lang)
    if span is None and not is_passive(frame, word, lang):
        span = None if begins(frame, word, lang) else _phrase_before(frame, word, lang)
        if span is None or rules_of(lang).fronted.fullmatch(frame.text, *span):
            span = _phrase(frame, word.end, lang) if word.sense in rules_of(lang).inverted else None
    if span is None or re.fullmatch(rules_of(lang).pronoun, frame.text[slice(*span)]):
        return None
    return quoted(frame, *span)


def is_passive(frame: Frame, word: Word, lang: str) -> bool:
    """Whether who stands before the verb is not who denies:
    "reports denied by", "démentie", «опровергнуто».
    """
    rules, said = rules_of(lang), frame.text[word.start : word.end]
    before = _before(frame, word.start)
    if not rules.participle.fullmatch(said) or rules.has.search(before):
        return False
    was = rules.was.search(before)
    return was is not None or rules.objectless.match(frame.text, word.end) is not None


def _agent(frame: Frame, word: Word, lang: str) -> tuple[int, int] | None:
    """Who stands behind "by", "according to"; in Turkish before "tarafından" and "göre"."""
    rules, after = rules_of(lang), frame.text[word.end : word.end + NEAR]
    said = frame.text[word.start : word.end]
    if lang == "tr":
        return _turkish_agent(frame, word, said)
    if everywhere().according_to.fullmatch(said):
        return _phrase(frame, word.end, lang)
    passive = is_passive(frame, word, lang)
    if not passive and word.sense != "says":
        return None
    by = re.match(rf"\s(?:(?:[\w']+\s)?(?:{rules.agent})|(?:{rules.by}))(?:(?<=')|(?!\w))", after)
    if by:
        return _phrase(frame, word.end + by.end(), lang)
    return _phrase(frame, word.end, lang) if passive and rules.declined.match(after) else None


def _turkish_agent(frame: Frame, word: Word, said: str) -> tuple[int, int] | None:
    end = word.start if said == "göre" else frame.text.find(" tarafından", 0, word.start)
    if end < 0:
        return None
    first = max(0, end - REACH)
    before = frame.text[first:end].rstrip()
    stops = [*_STOP.finditer(before), *rules_of("tr").ends.finditer(before)]
    start = max((m.end() for m in stops if m.end() < len(before)), default=0)
    return first + start, first + len(before)


def _phrase(frame: Frame, at: int, lang: str) -> tuple[int, int] | None:
    """The words from `at` on up to where a subject ends."""
    found = rules_of(lang).phrase.match(frame.text, at)
    if found is None:
        return None
    start = at + len(found[0]) - len(found[0].lstrip())
    stops = [c.start for c in (*frame.cues, *frame.sayings) if start < c.start < found.end()]
    return start, min([*stops, found.end()])


def _phrase_before(frame: Frame, word: Word, lang: str) -> tuple[int, int] | None:
    """The words before a verb, from where its clause begins."""
    if lang == "tr":
        return _turkish_subject(frame)
    rules, first = rules_of(lang), max(0, word.start - REACH)
    text = _PARENTHESIS.sub("", without_helpers(frame.text[first : word.start], lang))
    stops = [*_STOP.finditer(text), *everywhere().breaks.finditer(text)]
    start = max((m.end() for m in stops), default=0)
    opening = rules.opens.match(text, start)
    start, end = first + (opening.end() if opening else start), first + len(text)
    taken = any(start <= w.start < end for w in (*frame.sayings, *frame.statuses))
    return (start, end) if not taken else None


def without_helpers(text: str, lang: str) -> str:
    """`text` up to the words that stand between a subject and its verb."""
    text = text.rstrip()
    while helper := rules_of(lang).helps.search(text):
        text = text[: helper.start()].rstrip()
    return text


def _turkish_subject(frame: Frame) -> tuple[int, int] | None:
    """The subject stands first, before a comma or before the first name of what is denied."""
    comma = frame.text.find(",", 0, REACH)
    named = min((a.start for a in frame.voices if a.start), default=-1)
    ends = [at for at in (comma, named) if at > 0]
    return (0, min(ends)) if ends else None


def quoted(frame: Frame, start: int, end: int) -> Speaker | None:
    """A part of the sentence as it was written, where it is short enough to be somebody."""
    places = frame.offsets
    given = frame.given[bisect_left(places, start) : bisect_left(places, end)].strip(" \t\n.,-–—'’\"«»“”„")
    words = given.split()
    if not words or len(words) > MOST_WORDS or len(given) > MOST_LETTERS or not any(map(str.isalpha, given)):
        return None
    if everywhere().small.match(given.lower()) and not given.isupper():
        given = given[0].lower() + given[1:]
    return Speaker(given, "person")
