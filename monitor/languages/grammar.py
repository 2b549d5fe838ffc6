"""Pure. How six languages say who does what with whom, as expressions over `plain` text.

The words themselves stand in `littlewords`: closed classes only. What grows (verbs of contact, words of denial,
offices) stands in the analysts' vocabularies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import combining

from monitor.languages.function_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LETTERS = {
    **dict(zip("أإآٱىیکةؤئё’ʼ‘`´", "ااااييكهويе'''''", strict=True)),
    **dict(zip("٠١٢٣٤٥٦٧٨٩", "0123456789", strict=True)),
    **dict.fromkeys("\u0640\u0307\u200b\u200c\u200d\u200e\u200f\xad", ""),
    **dict.fromkeys("\xa0\u202f\n\t", " "),
}
_SAME = str.maketrans(_LETTERS)
#: letters that `plain` leaves out: vowel signs, accents of their own, tatweel, what is invisible
_CHANGING = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\xad]")


@dataclass(frozen=True, slots=True)
class Plain:
    """Text for a grammar's expressions, with the way there from the text as given."""

    text: str
    #: for each place in the given text its place in `text`; one more than the given text has letters
    places: Sequence[int]

    def at(self, offset: int) -> int:
        """Where the given text's `offset` is in `text`."""
        return self.places[min(max(offset, 0), len(self.places) - 1)]


def plain(text: str) -> Plain:
    """`text` in lower case, each Arabic letter in one form and without vowel signs. Linear."""
    lower = text.lower()
    if len(lower) == len(text) and not _CHANGING.search(lower):
        return Plain(lower.translate(_SAME), range(len(text) + 1))
    letters: list[str] = []
    places: list[int] = []
    length = 0
    for letter in text:
        places.append(length)
        said = letter.lower().translate(_SAME)
        if said and not (said >= "\u0300" and combining(said[0])):
            letters.append(said)
            length += len(said)
    return Plain("".join(letters), (*places, length))


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's closed classes, compiled. All but the anchored ones are for `search`."""

    #: a new clause begins here
    boundary: re.Pattern[str]
    #: what follows (precedes, with `about_before`) is what is spoken about
    about: re.Pattern[str]
    #: what stands before it is what is spoken about; anchored: matched against what follows a name
    about_before: re.Pattern[str]
    #: a verb whose object is what is spoken about; anchored: the mark of an object on a name before the verb
    discusses: re.Pattern[str]
    object: re.Pattern[str]
    #: the subject and its partner may both stand before the verb
    verb_last: bool
    #: a sentence may leave out who is meant
    drops: bool
    #: anchored: what precedes a list whose members meet one another
    between: re.Pattern[str]
    #: anchored: a clause about the name before it
    relative: re.Pattern[str]
    #: a partner follows
    partner: re.Pattern[str]
    #: the subject may follow its verb
    verb_first: bool
    #: after it stands a partner again
    together: re.Pattern[str]
    #: all that stands between the names of a list; anchored at both ends
    joined: re.Pattern[str]
    #: before or after it: who did both is the first name
    sequel: re.Pattern[str]
    #: a verb between two names: they stand in no list
    verbal: re.Pattern[str]
    #: the words of a list, with what joins partners; the words of a list alone
    listed: re.Pattern[str]
    joiner: re.Pattern[str]
    #: anchored: a clause about the place of what was told
    where: re.Pattern[str]
    #: anchored: what precedes a name that continues a list
    continued: re.Pattern[str]
    #: anchored: what follows a name that only speaks; what precedes it; what precedes a source
    says: re.Pattern[str]
    says_before: re.Pattern[str]
    source: re.Pattern[str]
    #: a name that something is said to
    addressed: re.Pattern[str]
    #: anchored: the verb of speech that ends a sentence
    says_last: re.Pattern[str]
    #: a clause may follow a verb of speech without any conjunction ("said Shoigu was there")
    bare: bool
    #: anchored: what follows or precedes a name that stands for a person or body of its
    belongs: re.Pattern[str]
    belongs_before: re.Pattern[str]
    #: anchored: what precedes a body that is only the place
    inside: re.Pattern[str]
    #: anchored: what precedes or follows a word of contact that did not take place
    negation: re.Pattern[str]
    without: re.Pattern[str]
    negation_after: re.Pattern[str]
    #: a verb that looks ahead; one that says it is over
    future: re.Pattern[str]
    past: re.Pattern[str]
    #: a word for somebody, or for both sides, named before
    pronoun: re.Pattern[str]
    both: re.Pattern[str]
    #: more people of the same event
    also: re.Pattern[str]
    #: before the story's own time; going on now
    earlier: re.Pattern[str]
    ongoing: re.Pattern[str]


def grammar_of(lang: str) -> Grammar:
    """The grammar of a language; English for one that has none."""
    return _grammar(lang if lang in WORDS else "en")


@cache
def _grammar(lang: str) -> Grammar:
    words = WORDS[lang]
    return Grammar(
        boundary=re.compile(rf'[;:–—()]|["«“„](?=[^"»”“]{{25}})|\s-\s|,?\s?{_words(words, "boundary")}'),
        about=re.compile(_words(words, "about")),
        about_before=re.compile(rf"\A['\w]*\W{{0,3}}(?:[\w']+\W+){{0,3}}?{_words(words, 'about_before')}"),
        discusses=re.compile(_words(words, "discusses")),
        object=re.compile(rf"\A(?:{words['object']})(?!\w)" if words.get("object") else r"(?!)"),
        drops=lang in {"it", "ar", "tr"},
        between=re.compile(rf"{_words(words, 'between')}\s*(?:[\w'.-]+\s){{0,3}}\Z"),
        verb_last=lang == "tr",
        relative=re.compile(rf"\A[\s,،]*{_words(words, 'relative')}"),
        partner=re.compile(_words(words, "partner")),
        verb_first=lang == "ar",
        together=re.compile(_words(words, "together")),
        joined=re.compile(rf"\A['\w]{{0,5}}[\s,]*(?:(?:{_words(words, 'joined')}|,)[^.;:]{{0,70}}?|\s)\Z"),
        listed=re.compile(rf"{_words(words, 'joined')}|{_words(words, 'together')}|,\s"),
        joiner=re.compile(_words(words, "joined")),
        where=re.compile(rf"\A[\s,،]*{_words(words, 'where')}"),
        continued=re.compile(rf"\A[\s,،]*{_words(words, 'joined')}[^.;:]{{0,40}}\Z"),
        says=re.compile(
            rf"\A['\w]{{0,5}}(?:\s?,[^,;]{{0,80}},)?\s(?:[\w']+\s){{0,2}}?{_words(words, 'says')}"
        ),
        says_before=re.compile(rf"{_words(words, 'says_before')}\s+{_without_that(words)}\Z"),
        source=re.compile(rf"{_words(words, 'source')}\s+{_without_that(words)}\Z"),
        addressed=re.compile(r"(?:[ую]|[ое]му)\Z" if lang == "ru" else r"(?!)"),
        says_last=re.compile(rf"{_words(words, 'says')}\W*\Z"),
        bare=lang == "en",
        belongs=re.compile(rf"\A(?:'\w*\s(?:\w+\s){{0,2}}?|\w{{0,4}}\s){_words(words, 'belongs')}"),
        belongs_before=re.compile(rf"{_words(words, 'belongs_before')}\s*\Z"),
        inside=re.compile(rf"{_words(words, 'inside')}\s*\Z"),
        negation=re.compile(rf"{_words(words, 'negation')}\W+(?:[\w']+\W+){{0,2}}\Z"),
        without=re.compile(rf"{_words(words, 'without')}\s+(?:[\w']+\s+){{0,2}}\Z"),
        negation_after=re.compile(rf"\A\W*(?:[\w']+\W+){{0,3}}?{_words(words, 'negation_after')}"),
        **{
            name: re.compile(_words(words, name))
            for name in (
                "future",
                "past",
                "pronoun",
                "both",
                "also",
                "earlier",
                "ongoing",
                "verbal",
                "sequel",
            )
        },
    )


def _without_that(words: Mapping[str, str]) -> str:
    """Up to four words of a title, none of which begins a clause."""
    return rf"(?:(?!{_words(words, 'boundary')})[\w'.-]+\s+){{0,4}}"


def _words(words: Mapping[str, str], name: str) -> str:
    """One expression for the alternatives of a table, a line each or separated by bars; nothing matches none."""
    listed = [line.strip() for line in words.get(name, "").strip().splitlines() if line.strip()]
    return rf"(?<!\w)(?:{'|'.join(listed)})(?:(?<=')|(?!\w))" if listed else r"(?!)"
