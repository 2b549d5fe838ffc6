"""Pure. The language of a text: by script first, then by words that only one language has, and in doubt by a
statistical guess among the languages our feeds plausibly use.

A feed's own statement is a hint. It decides short titles, and is overruled by another script or a confident
guess: feeds are mislabelled, and agencies mix languages in one feed.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from monitor.languages import remembered, tables
from monitor.languages.guess import Guesser, guesser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


#: letters read of a text
MAX_READ = 1_500
#: fewer letters than this say nothing in Latin script
ENOUGH = 12
#: a guess this sure, over this many letters, beats the hint
SURE, SURE_LETTERS = 0.95, 20
#: little words of another language that make a part strange, while its own has none; letters of a sentence
TELLING, SENTENCE = 2, 40
#: letters of a beginning whose words are looked at
BEGINNING = 300
#: words of one language alone that settle it: so many different ones, so many times those of others,
#: one in so many words
EVIDENT, OVER_OTHERS, ONE_IN = 2, 3, 10
#: of a longer text, where its beginning does not settle it
EVIDENT_LATER, ONE_IN_LATER = 5, 25
#: so many where only their letters tell them: a name has such letters too
EVIDENT_BY_LETTERS = 4
#: a part whose language is less likely than this is in another
UNLIKE = 0.1
#: without a hint, a short text's best guess needs this share
HALF = 0.5
LATIN, CYRILLIC, ARABIC = "latin", "cyrillic", "arabic"
#: letters of Belarusian weigh more: it shares most of its own with Ukrainian
_RARE = {"be": 3}
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")


@remembered
def _scripts(*, shared: bool = False) -> Mapping[str, Sequence[tuple[int, int]]]:
    """Each script, or the only language that has it, with its letters, from one code to another;
    `shared`: only those of many languages.
    """
    listed = tables.listed()
    lines = (*listed.scripts, *(() if shared else listed.scripts_of_one_language))
    return {name: [_range(codes) for codes in letters] for name, *letters in map(str.split, lines)}


def _range(codes: str) -> tuple[int, int]:
    """The first and the last of "0400-052f"."""
    first, _, last = codes.partition("-")
    return int(first, 16), int(last or first, 16)


@remembered
def _written(script: str) -> re.Pattern[str]:
    """Any letter of a script that many languages share."""
    return _any_of(_scripts(shared=True)[script])


@remembered
def _foreign_to(script: str) -> re.Pattern[str]:
    """Any letter of the others of them."""
    others = (ranges for name, ranges in _scripts(shared=True).items() if name != script)
    return _any_of([one for ranges in others for one in ranges])


def _any_of(ranges: Sequence[tuple[int, int]]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in ranges)}]")


_NO_LETTER = bytes(code for code in range(128) if not chr(code).isalpha())


@remembered
def _kinds() -> tuple[Sequence[Sequence[str]], NDArray[np.uint8]]:
    """The scripts that a letter may be of, and for each code of UTF-16 its number among them."""
    marks = np.zeros(1 << 16, dtype=np.int64)
    for number, ranges in enumerate(_scripts().values()):
        for first, last in ranges:
            marks[first : last + 1] |= 1 << number
    found, table = np.unique(marks, return_inverse=True)
    named = [[script for n, script in enumerate(_scripts()) if mark >> n & 1] for mark in found.tolist()]
    return named, table.astype(np.uint8)


def _counted(text: str) -> Counter[str]:
    """How many letters of each script a text has."""
    if text.isascii():
        return Counter({LATIN: len(text.encode().translate(None, _NO_LETTER))})
    kinds, table = _kinds()
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    numbers = np.bincount(table.take(codes), minlength=len(kinds)).tolist()
    counts: Counter[str] = Counter()
    for scripts, number in zip(kinds, numbers, strict=True):
        if number:
            for script in scripts:
                counts[script] += number
    return counts


@remembered
def _chances(script: str) -> Mapping[str, float]:
    """The languages of a script, each with how likely it is before reading."""
    return {lang.code: lang.chance for lang in tables.listed().languages if lang.script == script}


@remembered
def _scripts_by_language() -> Mapping[str, str]:
    return {lang.code: lang.script for lang in tables.listed().languages}


def script_of(lang: str) -> str | None:
    """The script that a language is written in, of those that several languages share."""
    return _scripts_by_language().get(lang)


def usual(script: str) -> str:
    """The likeliest language of a script."""
    chances = _chances(script)
    return max(chances, key=lambda lang: chances[lang])


def written_in(text: str) -> str:
    """The script of a name; Latin where it has no letter of another one."""
    others = (name for name in _scripts(shared=True) if name != LATIN and _written(name).search(text))
    return next(others, LATIN)


@remembered
def _little_words() -> Mapping[str, Sequence[str]]:
    """The languages of each little word."""
    found: dict[str, list[str]] = {}
    for lang in tables.having(tables.Profile):
        for word in tables.read(tables.Profile, lang).little_words:
            found.setdefault(word, []).append(lang)
    return found


@remembered
def _little_words_of_one() -> Mapping[str, str]:
    """The language of each little word that one language alone has."""
    return {word: langs[0] for word, langs in _little_words().items() if len(langs) == 1}


@remembered
def _little_words_of(lang: str) -> frozenset[str]:
    return frozenset(word for word, langs in _little_words().items() if lang in langs)


@remembered
def _letters(lang: str) -> re.Pattern[str]:
    """What only this language of its script is written with, in lower case."""
    letters = tables.read(tables.Profile, lang).letters or "(?!)"
    return tables.expression(letters, tables.Profile, lang)


def parts(
    title: str, summary: str, content: str, hint: str | None = None, *, sure: bool = False
) -> tuple[str, str]:
    """The language of an item, and those of its title, summary and content where they are not all the same.

    The second is three codes with spaces between ("en en ar"), empty where one language serves for all. Of
    several the hint decides which is the item's, else the title: what stands below it may be a feed's own
    boilerplate. `sure`: the hint is about this very item and is not doubted.
    """
    texts = (title, summary, content)
    whole = hint if hint and sure else detect(" ".join(texts), hint)
    own = script_of(whole)
    if own is None or not _is_mixed(texts, whole, own):
        return whole, ""
    said = (hint or "").lower().partition("-")[0]
    found = [_of_part(text, whole, own, said) for text in texts]
    main = (
        said if said and (sure or said in found) else next((e for e in found if e not in ("", "und")), whole)
    )
    return main, " ".join(lang or main for lang in found)


def _is_mixed(texts: Sequence[str], whole: str, own: str) -> bool:
    """Whether a part may be in another language than the whole, which is written in `own`."""
    alone = sum(map(bool, texts)) < 2
    others = _foreign_to(own)
    beyond = (text for text in texts if own != LATIN or not text.isascii())
    if any(others.search(text, 0, MAX_READ) for text in beyond):
        mixed = _mixed(texts[-1])
        return mixed or (not alone and any(_strange(text, whole, own) for text in texts))
    lettered = (text for text in texts if _written(own).search(text, 0, BEGINNING))
    return not alone and own == LATIN and any(_foreign(text, whole) for text in lettered)


def _of_part(text: str, whole: str, own: str, said: str) -> str:
    """The language of one part; "" of one without letters."""
    script = _script(text)
    if script is None:
        return ""
    if not _strange(text, whole, own):
        return whole
    believed = said and script_of(said) == script and not _strange(text, said, script)
    found = detect(text, said if believed else None)
    doubtful = script == own == LATIN and not believed and _odds(text[:MAX_READ]).get(found, 0.0) < SURE
    return "und" if doubtful else found  # names alone look like any language: read in all


def _strange(text: str, whole: str, own: str) -> bool:
    """Whether a part is in another script than the whole, or in its script, but hardly in its language."""
    script = _script(text)
    if script is None or script != own:
        return script is not None
    return script == LATIN and _foreign(text, whole)


def _foreign(text: str, whole: str) -> bool:
    """Whether a part has none of a language's little words, and others' instead,
    or a look that the language has not.
    """
    beginning, own = text[:BEGINNING].lower(), _little_words_of(whole)
    if any(word[0] in own for word in _WORD.finditer(beginning)):
        return False
    known = _little_words()
    counts = Counter(lang for word in _WORD.findall(beginning) for lang in known.get(word, ()))
    if any(number >= TELLING for number in counts.values()):
        return True
    return len(text) >= ENOUGH and _odds(text[:MAX_READ]).get(whole, 1.0) < UNLIKE


def _mixed(text: str) -> bool:
    """Whether a text holds whole sentences of two scripts."""
    counts = _counted(text[:MAX_READ])
    return sum(counts[script] >= SENTENCE for script in _scripts(shared=True)) > 1


def _script(text: str) -> str | None:
    """The script of most letters of a beginning, of those that our languages have."""
    counts = _counted(text[:BEGINNING])
    number, script = max((counts[script], script) for script in _scripts(shared=True))
    return script if number else None


def detect(text: str, hint: str | None = None) -> str:
    """ISO 639-1 code of `text` ("und"
    where it is too short to tell and there is no hint). `hint`: a feed's word.
    """
    said = (hint or "").lower().partition("-")[0]
    said = "" if said in ("mul", "und", "zxx") else said
    sample = _without_addresses(text[: 4 * MAX_READ])[:MAX_READ]
    counts = _counted(sample)
    number = max(counts.values(), default=0)
    script = next((name for name in _scripts() if counts[name] == number), "")
    if number == 0:
        return said or "und"
    if counts["ja"]:
        return "ja"
    if script == ARABIC:
        return _arabic(sample, said)
    if script == CYRILLIC:
        return _cyrillic(sample, said)
    return _latin(sample, said, number) if script == LATIN else script


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub(" ", text) if "@" in text or "://" in text else text


def _arabic(text: str, said: str) -> str:
    """Persian and Urdu have letters of their own; a lone borrowed one (گ in a name) makes no Persian."""
    persian, urdu, arabic = (len(_letters(lang).findall(text)) for lang in ("fa", "ur", "ar"))
    if persian + urdu <= arabic:
        return said if script_of(said) == ARABIC and not arabic and persian + urdu == 0 else "ar"
    if urdu >= 2 and urdu * 8 >= persian:
        return "ur"
    return said if said in ("ps", "ckb", "ur") else "fa"


def _cyrillic(text: str, said: str) -> str:
    text = text.lower()
    found = Counter(
        {lang: len(own.findall(text)) * _RARE.get(lang, 1) for lang, own in _own_letters(CYRILLIC)}
    )
    if found["be"] and found["be"] + found["uk"] > found["sr"]:
        return "be"
    best = max(found, key=lambda lang: found[lang], default="")
    if found[best]:
        return said if best == "sr" and said == "mk" else best
    return said if script_of(said) == CYRILLIC else usual(CYRILLIC)


def _latin(text: str, said: str, letters: int) -> str:
    if letters < ENOUGH:
        return said or "und"
    evident = _evident(text[:BEGINNING], EVIDENT, ONE_IN) or _evident(text, EVIDENT_LATER, ONE_IN_LATER)
    if evident and (not said or said == evident or letters >= SURE_LETTERS):
        return evident
    odds = _odds(text)
    best = max(odds, key=lambda lang: odds[lang])
    share = odds[best]
    if script_of(said) not in (None, LATIN):
        said = ""  # the script has already overruled it
    if said:
        return best if share >= SURE and letters >= SURE_LETTERS else said
    return best if share >= HALF or letters >= 3 * ENOUGH else "und"


def _evident(text: str, least: int, one_in: int) -> str:
    """The language of Latin script that its own words tell beyond doubt, at least so many and one in so many;
    "" where a guess is needed.
    """
    words = set(_WORD.findall(text.lower()))
    known = _little_words_of_one()
    counts = Counter([known[word] for word in words if word in known])
    written: Counter[str] = Counter()
    for lang, letters in () if text.isascii() else _own_letters(LATIN):
        if number := sum(1 for word in words if not word.isascii() and letters.search(word)):
            written[lang] = number
    counts += written
    if not counts:
        return ""
    best, number = counts.most_common(1)[0]
    enough = max(least, EVIDENT_BY_LETTERS) if written[best] else least
    return best if number >= max(enough, OVER_OTHERS * (counts.total() - number), len(words) / one_in) else ""


@remembered
def _own_letters(script: str) -> Sequence[tuple[str, re.Pattern[str]]]:
    """The languages of a script that have letters of their own."""
    return [(lang, _letters(lang)) for lang in _chances(script) if tables.read(tables.Profile, lang).letters]


def _odds(text: str) -> dict[str, float]:
    """How likely each language of Latin script is; together 1."""
    chances = _chances(LATIN)
    odds = {lang: chance * chances[lang] for lang, chance in _guesser().odds(text).items()}
    for word in _WORD.findall(text[:BEGINNING].lower()):
        for lang in _little_words().get(word, ()):
            odds[lang] = odds.get(lang, 0.0) * 3
    total = sum(odds.values()) or 1.0
    return {lang: chance / total for lang, chance in odds.items()}


@remembered
def _guesser() -> Guesser:
    made = guesser(_chances(LATIN))
    give_memory_back()
    return made


def give_memory_back() -> None:
    """To the system, what loading something large needed for a moment. The GNU C library keeps it a while;
    others have no such call.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
