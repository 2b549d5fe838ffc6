"""Pure. The forms in which a listed name or word is written: generated once at load, never guessed by
stemming.

The endings, particles and suffixes are data, `forms.txt` of each language; which sections it has says how it
inflects: by cases (Russian), particles in front (Arabic), suffixes in vowel harmony (Turkish, where no
apostrophe parts them: with one the suffix folds away in `text`), or by endings of plain words (all others).
More forms than grammar allows are harmless where they are no words; forms of very short Arabic names are left
out.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING

from monitor.languages import remembered, tables
from monitor.languages.detect import CYRILLIC, LATIN, script_of, written_in
from monitor.languages.given_names import culture_of
from monitor.languages.tables import Ending, Forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: kinds whose words after the head noun stay as they are ("Правительство национального единства")
_HEADED = frozenset({"body", "event"})
#: kinds of words that also stand in the plural
_PLAIN = frozenset({"demonym", "word"})
_MOST = 200


def inflected(name: str, lang: str, kind: str) -> tuple[str, ...]:
    """`name` and its written forms in language `lang`, unfolded, the name first, at most 200.

    `kind` is an entity's kind or "word" for plain words; a language without rules gives the name alone, and
    so does a name in other letters than its language's: a Latin name in a list in Cyrillic does not decline.
    """
    clean = " ".join(name.split())
    if not clean or lang not in tables.having(Forms) or not _in_script(clean, lang):
        return (clean,) if clean else ()
    return tuple(islice(dict.fromkeys((clean, *islice(_forms(clean, lang, kind), 5 * _MOST))), _MOST))


def forms_of_script(name: str) -> tuple[str, ...]:
    """The languages whose forms a name listed for every language may take, by its letters."""
    script = written_in(name)
    return tuple(lang for lang in tables.having(Forms) if script_of(lang) == script)


def _in_script(name: str, lang: str) -> bool:
    script = script_of(lang)
    return script == LATIN or written_in(name) == script


def _forms(name: str, lang: str, kind: str) -> Iterator[str]:
    forms = tables.read(Forms, lang)
    if forms.nouns:
        return _declined_forms(name, lang, kind)
    if forms.particles:
        return _with_particles(name, forms, kind)
    return _harmonised(name, forms, kind) if forms.harmony else _with_endings(name, lang, kind)


# --- endings ---------------------------------------------------------------------------------------------


@remembered
def _endings(lang: str, section: str) -> tuple[int, Mapping[str, tuple[Ending, ...]]]:
    """The rows of a section by their ending, behind the letters of the longest."""
    found: dict[str, tuple[Ending, ...]] = {}
    for row in getattr(tables.read(Forms, lang), section):
        found[row.ending] = (*found.get(row.ending, ()), row)
    return max(map(len, found), default=0), found


def _rows(word: str, lang: str, section: str) -> Iterator[Ending]:
    """What holds for a word: the rows of its longest ending, and of shorter ones as far as those say so."""
    longest, listed = _endings(lang, section)
    for start in range(max(0, len(word) - longest), len(word) + 1):
        rows = [row for row in listed.get(word[start:], ()) if row.least <= len(word)]
        yield from rows
        if rows and not rows[-1].more:
            return


def _with_endings(name: str, lang: str, kind: str) -> Iterator[str]:
    for section in ("names", "plurals", f"{kind}s") if kind in _PLAIN else ("names",):
        for row in _rows(name, lang, section):
            yield from (name[: len(name) - row.drop] + form for forms in row.forms for form in forms)


# --- cases -----------------------------------------------------------------------------------------------

#: nominative, genitive, dative, accusative, instrumental, prepositional; each may be written in several ways
Cases = tuple[tuple[str, ...], ...]


def _paradigms(word: str, lang: str, section: str) -> Iterator[Cases]:
    """The cases of a word by one section; several paradigms where its ending does not tell."""
    for row in _rows(word.lower(), lang, section):
        stem = word[: len(word) - row.drop]
        yield (word,), *(tuple(word if end == "=" else stem + end for end in ends) for ends in row.forms)


def _declined(word: str, lang: str) -> list[Cases]:
    """The paradigms that a word in the nominative may follow."""
    lower = word.lower()
    unchanged: list[Cases] = [((word,),) * 6]
    if lower in tables.read(Forms, lang).unchanged or len(lower) < 2 or not lower[-1].isalpha():
        return unchanged
    if _is_abbreviation(word):
        return unchanged
    if "-" in word:
        head, _, tail = word.rpartition("-")
        return [
            tuple(tuple(f"{head}-{form}" for form in forms) for forms in cases)
            for cases in _declined(tail, lang)
        ]
    found = list(_paradigms(word, lang, "adjectives"))
    if not found or next(_rows(lower, lang, "adjectives")).more:
        found += _paradigms(word, lang, "nouns")
    return found or unchanged


def nominative(name: str, lang: str) -> str:
    """The nominative of a person's name of which the given name is known: the case is the given name's.

    Any other name as it is.
    """
    given, *rest = name.split()
    if lang not in tables.having(Forms) or culture_of(given):
        return name
    for own, case in _based(given, lang):
        if culture_of(own):
            more = (next((base for base, at in _based(word, lang) if at == case), word) for word in rest)
            return " ".join((own, *more))
    return name


def _based(form: str, lang: str) -> Iterator[tuple[str, int]]:
    """The nominatives that a declined word may have, each with its case."""
    forms = tables.read(Forms, lang)
    for row in (*forms.nouns, *forms.adjectives):
        dropped = row.ending[len(row.ending) - row.drop :]
        for case, ends in enumerate(row.forms, start=1):
            for end in ends:
                base = form.removesuffix(end) + dropped if end not in ("=", "") and form.endswith(end) else ""
                if base.endswith(row.ending) and form in {
                    f for cases in _declined(base, lang) for f in cases[case]
                }:
                    yield base, case


def _is_abbreviation(word: str) -> bool:
    return word.isupper() and len(word) > 1


def _is_adjective(word: str, lang: str) -> bool:
    return any(_rows(word.lower(), lang, "adjectives"))


def _declined_forms(name: str, lang: str, kind: str) -> Iterator[str]:
    words = name.split()
    if kind in _PLAIN and len(words) == 1:
        yield from _common(words[0], lang)
    # a person's name declines to its end; an office begins small and has its head: "министр обороны России"
    headed = kind in _HEADED | {"word", "place"} or name[0].islower()
    head = _head(words, lang) if headed else len(words) - 1
    chosen = [_chosen(word, lang, kind) if n <= head else [((word,),) * 6] for n, word in enumerate(words)]
    for choice in islice(product(*chosen), 16):
        for case in range(6):
            # the first names of a person are often left undeclined, so each may also stand as it is
            loose = [dict.fromkeys((*word[case], word[0][0])) for word in choice[:-1]]
            tight = [word[case] for word in choice[:-1]]
            for parts in product(*(loose if kind == "person" else tight), choice[-1][case]):
                yield " ".join(parts)


def _chosen(word: str, lang: str, kind: str) -> list[Cases]:
    if kind not in ("person", "place", "country"):
        neuter = list(_paradigms(word, lang, "neuter"))
        if neuter:
            return neuter
        plural = list(_paradigms(word, lang, "plural_nouns")) if kind != "body" or len(word) > 4 else []
        if plural and not _is_adjective(word, lang):
            return plural
    plural = list(_paradigms(word, lang, "plural_places")) if kind in ("country", "place") else []
    return plural or _declined(word, lang)


def _common(word: str, lang: str) -> Iterator[str]:
    """All genders and the plural of a people's name or a plain word."""
    if _is_adjective(word, lang):
        yield from _flat(_others(word, lang, "genders", "adjectives"))
    yield from _flat(_others(word, lang, "plurals", "plural_nouns"))


def _others(word: str, lang: str, section: str, paradigms: str) -> Iterator[Cases]:
    """The cases of the words that a section makes of a word."""
    for row in _rows(word.lower(), lang, section):
        for forms in row.forms:
            for form in forms:
                yield from _paradigms(word[: len(word) - row.drop] + form, lang, paradigms)


def _flat(paradigms: Iterable[Cases]) -> Iterator[str]:
    for cases in paradigms:
        for forms in cases:
            yield from forms


def _head(words: list[str], lang: str) -> int:
    """Index of the head noun: the first word that is no adjective; an abbreviation takes the next with it."""
    for index, word in enumerate(words):
        if _is_abbreviation(word):
            return min(index + 1, len(words) - 1)
        if not _is_adjective(word, lang):
            return index
    return len(words) - 1


# --- particles in front ----------------------------------------------------------------------------------


def _with_particles(name: str, table: Forms, kind: str) -> Iterator[str]:
    first, space, rest = name.partition(" ")
    tail, article = space + rest, table.article[0]
    endings = _people(first, table) if kind == "demonym" and not rest else ()
    for form in (first, *endings):
        yield form + tail
        if form.startswith(article) and len(form) > 4:
            yield from (particle + form[len(article) :] + tail for particle in table.with_the_article)
            continue
        short = len(form) < 4 and not rest and kind in ("person", "body", "word")
        yield from (particle + form + tail for particle in table.particles[: 1 if short else None])
        if kind in _PLAIN and len(form) > 2:
            yield article + form + tail
            yield from (particle + form + tail for particle in table.with_the_article)


def _people(word: str, table: Forms) -> Iterator[str]:
    """Feminine, plural and dual of a people's adjective."""
    for row in table.demonyms:
        if word.endswith(row.ending):
            yield from (word[: len(word) - row.drop] + form for forms in row.forms for form in forms)


# --- vowel harmony ---------------------------------------------------------------------------------------


class _Harmony:
    """Suffixes for the last vowel of a word: I and A become vowels that sound alike, D becomes d or t."""

    def __init__(self, table: Forms) -> None:
        self.table = table
        rows = table.harmony
        self.close = dict(zip(rows[::3], rows[1::3], strict=True))
        self.open = dict(zip(rows[::3], rows[2::3], strict=True))

    def suffixed(self, base: str, vowel: str, suffixes: Iterable[str]) -> Iterator[str]:
        """`base` with each suffix, harmonised with `vowel`."""
        d = "t" if base[-1].lower() in self.table.voiceless else "d"
        for suffix in suffixes:
            voiced = suffix.replace("I", self.close[vowel]).replace("A", self.open[vowel])
            yield base + voiced.replace("D", d)

    def cases(self, base: str, letter: str, vowel: str, *, possessed: bool) -> Iterator[str]:
        """The cases of `base`, which ends in `letter`; a possessed word takes n where others take y."""
        table = self.table
        if letter not in self.close:
            return self.suffixed(base, vowel, table.after_a_consonant)
        return self.suffixed(base, vowel, table.after_a_possessive if possessed else table.after_a_vowel)


def _harmonised(name: str, table: Forms, kind: str) -> Iterator[str]:
    harmony = _Harmony(table)
    yield name
    lower = name.replace("I", "ı").replace("İ", "i").lower()
    vowels = [letter for letter in lower.rsplit(" ", 1)[-1] if letter in harmony.close]
    if len(lower) < 4 or not vowels or not lower[-1].isalpha():
        return
    yield from harmony.cases(name, lower[-1], vowels[-1], possessed=_is_possessed(lower))
    close, open_ = harmony.close[vowels[-1]], harmony.open[vowels[-1]]
    if kind in ("country", "place", "demonym"):
        people = name if kind == "demonym" else next(harmony.suffixed(name, vowels[-1], table.people))
        many = next(harmony.suffixed(people, vowels[-1], table.many))
        yield from (people, many)
        yield from harmony.cases(people, people[-1].lower(), close, possessed=False)
        yield from harmony.cases(many, many[-1], open_, possessed=False)
    if kind == "word":
        many = next(harmony.suffixed(name, vowels[-1], table.many))
        theirs = next(harmony.suffixed(many, open_, table.possessive))
        ending = table.possessive[1 if name[-1] in harmony.close else 0]
        own = next(harmony.suffixed(name, vowels[-1], [ending]))
        for base, last in ((many, open_), (theirs, harmony.close[open_]), (own, close)):
            yield base
            yield from harmony.cases(base, base[-1], last, possessed=base != many)


def _is_possessed(lower: str) -> bool:
    """ "Güvenlik Konseyi", "Savunma Bakanlığı": several words, the last in the possessive."""
    return " " in lower and lower[-1] in "ıiuü"


# --- Arabic names in Latin letters -----------------------------------------------------------------------

#: the Arabic article in Latin and in Cyrillic letters, apart or joined by a hyphen
_ARTICLE_APART = re.compile(
    r"(?<!\w)(?:[ae](?:l|sh|[dnrstz])|[аэ](?:ль|[рдзнтсш]))[-\s](?=\w{3})", re.IGNORECASE
)
#: letters that the article takes the sound of
_SUN = re.compile(r"sh|[dnrstz]|[рдзнтсш]", re.IGNORECASE)


def articled(name: str, *, bears_article: bool) -> tuple[str, ...]:
    """An Arabic name in Latin or Cyrillic letters with its article in every spelling: al-Menfi, el Menfi,
    Almenfi, and by sound ad-Dbeibah; Альменфи, Эльменфи, ан-Надури.

    `bears_article`: its last word has one also where it is written without ("Dbeibah").
    """
    found = list(_ARTICLE_APART.finditer(name))
    if found:
        before, after = name[: found[-1].start()], name[found[-1].end() :]
    elif bears_article and not name.lower().startswith(("al", "el")):
        first, space, after = name.rpartition(" ")
        before = first + space
    else:
        return ()
    plain, vowels = (("аль", "эль"), "аэ") if written_in(after) == CYRILLIC else (("al", "el"), "ae")
    sound = _SUN.match(after)
    articles = [*plain, *(f"{vowel}{sound[0].lower()}" for vowel in vowels if sound)]
    return tuple(f"{before}{article}{joint}{after}" for article in articles for joint in ("-", ""))
