"""Pure. The forms in which a listed name or word is written: generated once at load, never guessed by stemming.

Russian declines word by word, Arabic takes proclitics, Turkish suffixes written without an apostrophe; with an
apostrophe the suffix folds away in `text`, as English 's does, and French and Italian elision ends at a word border.
More forms than grammar allows are harmless where they are no words; forms of very short Arabic names are left out.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: kinds whose words after the head noun stay as they are ("Правительство национального единства")
_HEADED = frozenset({"body", "event"})
_MOST = 200

# --- Russian ---------------------------------------------------------------------------------------------

_HARD = ("а", "у", "ом", "е")
_ADJECTIVE_ENDS = (
    "ский",
    "цкий",
    "кий",
    "ный",
    "ний",
    "ший",
    "щий",
    "жий",
    "ый",
    "вой",
    "ской",
    "той",
    "ной",
)
_SIBILANTS = "жшщч"
_PARTICLES = frozenset(
    {"аль", "эль", "ан", "ат", "ас", "аш", "ар", "ад", "бен", "ибн", "бин", "бу", "абу", "де", "фон"}
)

#: nominative, genitive, dative, accusative, instrumental, prepositional; each may be written in several ways
Cases = tuple[tuple[str, ...], ...]


def _cases(nom: str, gen: str, dat: str, acc: str, ins: str, pre: str, *, stem: str) -> Cases:
    ends = (gen, dat, acc, ins, pre)
    return ((nom,), *(tuple(stem + end for end in group.split("|")) for group in ends))


def _declined(word: str) -> list[Cases]:
    """The paradigms that a word in the nominative may follow; several where its ending does not tell."""
    lower = word.lower()
    if lower in _PARTICLES or len(lower) < 2 or not lower[-1].isalpha():
        return [((word,),) * 6]
    if word.isupper() and len(word) > 1:
        return [((word,),) * 6]
    if "-" in word:
        head, _, tail = word.rpartition("-")
        return [
            tuple(tuple(f"{head}-{form}" for form in forms) for forms in cases) for cases in _declined(tail)
        ]
    found = list(_adjectives(word, lower)) or list(_nouns(word, lower))
    if lower.endswith(("ний", "кий", "цкий", "жий")) and not lower.endswith("ский"):
        found += _nouns(word, lower)
    return found or [((word,),) * 6]


def _adjectives(word: str, lower: str) -> Iterator[Cases]:
    two, three = word[:-2], lower[-3:]
    if lower.endswith(_ADJECTIVE_ENDS):
        soft = three in ("ний", "ший", "щий", "жий")
        e, y = ("е", "и") if soft else ("о", "и" if three in ("кий",) or three[0] in "кгх" else "ы")
        yield _cases(word, f"{e}го", f"{e}му", f"{e}го|{lower[-2:]}", f"{y}м", f"{e}м", stem=two)
    elif lower.endswith(("ская", "цкая", "ная", "вая", "кая", "тая", "шая", "няя", "дая", "рая", "лая")):
        e = "е" if three in ("няя", "шая") else "о"
        yield _cases(word, f"{e}й", f"{e}й", "юю" if three == "няя" else "ую", f"{e}й", f"{e}й", stem=two)
    elif lower.endswith(("ское", "цкое", "ное", "вое", "кое", "тое")):
        y = "и" if three[0] in "кгх" else "ы"
        yield _cases(word, "ого", "ому", lower[-2:], f"{y}м", "ом", stem=two)
    elif lower.endswith(("ские", "цкие", "ные", "вые", "кие", "ние", "шие")):
        y = lower[-2]
        yield _cases(word, f"{y}х", f"{y}м", f"{y}х|{lower[-2:]}", f"{y}ми", f"{y}х", stem=two)


def _nouns(word: str, lower: str) -> Iterator[Cases]:
    one, two, last = word[:-1], word[:-2], lower[-1]
    if lower.endswith(("ова", "ева", "ёва", "ина", "ына")):
        yield _cases(word, "ой", "ой", "у", "ой|ою", "ой", stem=one)
    if lower.endswith(("ов", "ев", "ёв", "ин", "ын")):
        yield _cases(word, "а", "у", "а|", "ым|ом", "е", stem=word)
    elif lower.endswith("ец") and len(lower) > 3:
        soft = "й" if lower[-3] in "аеёиоуыэюя" else "ь" if lower[-3] == "л" else ""
        yield _cases(word, "ца", "цу", "ца|ец", "цем|цом", "це", stem=two + soft)
    elif lower.endswith("ия"):
        yield _cases(word, "и", "и", "ю", "ей", "и", stem=one)
    elif lower.endswith("ие"):
        yield _cases(word, "я", "ю", "е", "ем", "и", stem=one)
    elif last == "й":
        yield _cases(word, "я", "ю", "я|й", "ем", "и" if lower.endswith("ий") else "е", stem=one)
    elif last == "ь":
        yield _cases(word, "я", "ю", "я|ь", "ем|ём", "е", stem=one)
        yield _cases(word, "и", "и", "ь", "ью", "и", stem=one)
    elif last == "а":
        yield _cases(word, "и" if lower[-2] in "гкхжшщч" else "ы", "е", "у", "ой|ою|ей", "е", stem=one)
    elif last == "я":
        yield _cases(word, "и", "е", "ю", "ей|ёй", "е|и", stem=one)
    elif last in "бвгджзклмнпрстфхцчшщ":
        yield _cases(word, "а", "у", "а|", "ом|ем" if last in _SIBILANTS + "ц" else "ом", "е", stem=word)


def _neuter(word: str) -> Iterator[Cases]:
    if word.lower().endswith("о") and len(word) > 3:
        yield _cases(word, "а", "у", "о", "ом", "е", stem=word[:-1])


def _plural(word: str, lower: str) -> Iterator[Cases]:
    """Plural nouns as people's and fighters' names have them: ливийцы, россияне, боевики."""
    if lower.endswith("цы"):
        yield _cases(word, "ев", "ам", "ев|ы", "ами", "ах", stem=word[:-1])
    elif lower.endswith(("ане", "яне")):
        yield _cases(word, "", "ам", "", "ами", "ах", stem=word[:-1])
    elif lower.endswith(("ы", "и")):
        a = "а" if lower[-1] == "ы" or lower[-2] in "гкхжшщч" else "я"
        yield _cases(word, "ов|ей", f"{a}м", f"ов|ей|{lower[-1]}", f"{a}ми", f"{a}х", stem=word[:-1])


_GENDERS = {"ий": ("ая", "ое", "ие"), "ый": ("ая", "ое", "ые"), "ой": ("ая", "ое", "ие")}


def _russian(name: str, kind: str) -> Iterator[str]:
    words = name.split()
    if kind in ("demonym", "word") and len(words) == 1:
        yield from _russian_common(words[0])
    head = _head(words) if kind in _HEADED | {"word", "place"} else len(words) - 1
    paradigms = [_paradigms(word, kind) if n <= head else [((word,),) * 6] for n, word in enumerate(words)]
    for choice in islice(product(*paradigms), 16):
        for case in range(6):
            # the first names of a person are often left undeclined, so each may also stand as it is
            loose = [dict.fromkeys((*word[case], word[0][0])) for word in choice[:-1]]
            tight = [word[case] for word in choice[:-1]]
            for parts in product(*(loose if kind == "person" else tight), choice[-1][case]):
                yield " ".join(parts)


def _paradigms(word: str, kind: str) -> list[Cases]:
    if kind not in ("person", "place", "country"):
        neuter = list(_neuter(word))
        if neuter:
            return neuter
        plural = list(_plural(word, word.lower())) if kind != "body" or len(word) > 4 else []
        if plural and not list(_adjectives(word, word.lower())):
            return plural
    return _declined(word)


def _russian_common(word: str) -> Iterator[str]:
    """All genders and the plural of a people's name or a plain word."""
    lower = word.lower()
    for ending, others in _GENDERS.items():
        if lower.endswith(ending) and list(_adjectives(word, lower)):
            for other in others:
                yield from _flat(_adjectives(word[: -len(ending)] + other, lower[: -len(ending)] + other))
    if lower.endswith("ец"):
        stem = word[:-2] + (
            "й" if lower[-3:-2] in tuple("аеёиоуыэюя") else "ь" if lower[-3:-2] == "л" else ""
        )
        yield from _flat(_plural(stem + "цы", stem.lower() + "цы"))
    elif lower.endswith(("анин", "янин")):
        yield from _flat(_plural(word[:-2] + "е", lower[:-2] + "е"))
    elif lower[-1] in "бвгдзклмнпрстфх":
        many = word + ("и" if lower[-1] in "гкх" else "ы")
        yield from _flat(_plural(many, many.lower()))


def _flat(paradigms: Iterable[Cases]) -> Iterator[str]:
    for cases in paradigms:
        for forms in cases:
            yield from forms


def _head(words: list[str]) -> int:
    """Index of the head noun: the first word that is no adjective; an abbreviation takes the next with it."""
    for index, word in enumerate(words):
        if word.isupper() and len(word) > 1:
            return min(index + 1, len(words) - 1)
        if not list(_adjectives(word, word.lower())):
            return index
    return len(words) - 1


# --- Arabic ----------------------------------------------------------------------------------------------

_BARE = ("و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل", "وك")
_ARTICLE = ("وال", "فال", "بال", "كال", "لل", "وبال", "ولل", "فلل", "وكال")


def _arabic(name: str, kind: str) -> Iterator[str]:
    first, _, rest = name.partition(" ")
    tail = f" {rest}" if rest else ""
    forms = [first, *_arabic_endings(first, kind, alone=not rest)]
    for form in forms:
        yield form + tail
        if form.startswith("ال") and len(form) > 4:
            yield from (prefix + form[2:] + tail for prefix in _ARTICLE)
        else:
            short = len(form) < 4 and not rest and kind in ("person", "body", "word")
            yield from (prefix + form + tail for prefix in (("و",) if short else _BARE))
            if kind in ("demonym", "word") and len(form) > 2:
                yield "ال" + form + tail
                yield from (prefix + form + tail for prefix in _ARTICLE)


def _arabic_endings(word: str, kind: str, *, alone: bool) -> Iterator[str]:
    """Feminine, plural and dual of a people's adjective in ي."""
    if kind == "demonym" and alone and word.endswith("ي"):
        yield from (word + ending for ending in ("ة", "ون", "ين", "ات", "تين", "تان", "ان"))


# --- Turkish ---------------------------------------------------------------------------------------------

_VOWELS = "aeıioöuüâîû"
_FRONT = frozenset("eiöüî")
_VOICELESS = frozenset("fstkçşhp")
_CLOSE = {
    "a": "ı",
    "ı": "ı",
    "â": "ı",
    "e": "i",
    "i": "i",
    "î": "i",
    "o": "u",
    "u": "u",
    "û": "u",
    "ö": "ü",
    "ü": "ü",
}


def _turkish(name: str, kind: str) -> Iterator[str]:
    yield name
    lower = name.replace("I", "ı").replace("İ", "i").lower()
    vowels = [letter for letter in lower.rsplit(" ", 1)[-1] if letter in _VOWELS]
    if len(lower) < 4 or not vowels or not lower[-1].isalpha():
        return
    yield from (
        name + suffix for suffix in _turkish_suffixes(lower[-1], vowels[-1], possessed=_possessed(lower))
    )
    if kind in ("country", "place", "demonym"):
        close, open_ = _CLOSE[vowels[-1]], "e" if vowels[-1] in _FRONT else "a"
        people = name if kind == "demonym" else f"{name}l{close}"
        many = f"{people}l{open_}r"
        yield from (people, many)
        yield from (people + s for s in _turkish_suffixes(people[-1].lower(), close, possessed=False))
        yield from (many + s for s in _turkish_suffixes("r", open_, possessed=False))
    if kind == "word":
        yield from _turkish_word(name, vowels[-1])


def _turkish_word(name: str, vowel: str) -> Iterator[str]:
    open_ = "e" if vowel in _FRONT else "a"
    many, close = f"{name}l{open_}r", _CLOSE[open_]
    own = f"{name}s{_CLOSE[vowel]}" if name[-1] in _VOWELS else f"{name}{_CLOSE[vowel]}"
    for base, last in ((many, open_), (f"{many}{close}", close), (own, _CLOSE[vowel])):
        yield base
        yield from (base + s for s in _turkish_suffixes(base[-1], last, possessed=base != many))


def _turkish_suffixes(letter: str, vowel: str, *, possessed: bool) -> Iterator[str]:
    """Case endings after `letter`, harmonised with the last vowel; a possessed word takes n where others take y."""
    close, open_ = _CLOSE[vowel], "e" if vowel in _FRONT else "a"
    d = "t" if letter in _VOICELESS else "d"
    where = [f"{d}{open_}", f"{d}{open_}n", f"{d}{open_}ki"]
    if letter not in _VOWELS:
        yield from (f"{close}n", open_, close, f"l{open_}", *where)
        return
    yield from (f"n{close}n", f"yl{open_}")
    if possessed:
        yield from (f"n{open_}", f"n{close}", *(f"n{ending}" for ending in where))
    else:
        yield from (f"y{open_}", f"y{close}", *where)


def _possessed(lower: str) -> bool:
    """ "Güvenlik Konseyi", "Savunma Bakanlığı": several words, the last in the possessive."""
    return " " in lower and lower[-1] in "ıiuü"


# --- Latin languages -------------------------------------------------------------------------------------


def _english(name: str, kind: str) -> Iterator[str]:
    yield name
    if kind in ("demonym", "word") and not name.endswith("s"):
        yield name + ("es" if name.endswith(("sh", "ch", "x", "z")) else "s")
        if kind == "word" and name.endswith("y") and name[-2:-1] not in "aeiou":
            yield name[:-1] + "ies"


def _french(name: str, kind: str) -> Iterator[str]:
    yield name
    if kind not in ("demonym", "word") or name.endswith(("s", "x")):
        return
    yield name + "s"
    if kind == "demonym" and not name.endswith("e"):
        double = name + ("ne" if name.endswith(("en", "on")) else "e")
        yield from (double, double + "s")


def _italian(name: str, kind: str) -> Iterator[str]:
    yield name
    if kind not in ("demonym", "word") or name[-1:] not in tuple("oae"):
        return
    stem, last = name[:-1], name[-1]
    hard = stem.endswith(("c", "g"))
    if last == "o":
        yield from (stem + "i", stem + ("hi" if hard else "i"))
        if kind == "demonym":
            yield from (stem + "a", stem + ("he" if hard else "e"))
    elif last == "a":
        yield stem + ("he" if hard else "e")
    else:
        yield stem + "i"


#: the Arabic article in Latin and in Russian letters, apart or joined by a hyphen
_ARTICLE_APART = re.compile(
    r"(?<!\w)(?:[ae](?:l|sh|[dnrstz])|[аэ](?:ль|[рдзнтсш]))[-\s](?=\w{3})", re.IGNORECASE
)
#: letters that the article takes the sound of
_SUN = re.compile(r"sh|[dnrstz]|[рдзнтсш]", re.IGNORECASE)


def articled(name: str, *, bears_article: bool) -> tuple[str, ...]:
    """An Arabic name in Latin or Russian letters with its article in every spelling: al-Menfi, el Menfi, Almenfi, and
    by sound ad-Dbeibah; Альменфи, Эльменфи, ан-Надури.

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
    plain, vowels = (("аль", "эль"), "аэ") if _in_script(after, "ru") else (("al", "el"), "ae")
    sound = _SUN.match(after)
    articles = [*plain, *(f"{vowel}{sound[0].lower()}" for vowel in vowels if sound)]
    return tuple(f"{before}{article}{joint}{after}" for article in articles for joint in ("-", ""))


_GENERATORS: dict[str, Callable[[str, str], Iterator[str]]] = {
    "ru": _russian,
    "ar": _arabic,
    "tr": _turkish,
    "en": _english,
    "fr": _french,
    "it": _italian,
}


def inflected(name: str, lang: str, kind: str) -> tuple[str, ...]:
    """`name` and its written forms in language `lang`, unfolded, the name first, at most 200.

    `kind` is an entity's kind or "word" for plain words; a language without rules gives the name alone.
    """
    generate = _GENERATORS.get(lang)
    clean = " ".join(name.split())
    if generate is None or not clean or not _in_script(clean, lang):
        return (clean,) if clean else ()
    return tuple(islice(dict.fromkeys((clean, *islice(generate(clean, kind), 5 * _MOST))), _MOST))


def forms_of_script(name: str) -> tuple[str, ...]:
    """The languages whose forms a name listed for every language may take, by its letters."""
    if _in_script(name, "ru"):
        return ("ru",)
    return ("ar",) if _in_script(name, "ar") else ("en", "fr", "it", "tr")


_LETTERS = {"ru": re.compile("[\u0400-\u04ff]"), "ar": re.compile("[\u0600-\u06ff]")}


def _in_script(name: str, lang: str) -> bool:
    """Whether a name is written in its language's own letters: a Latin name in a Russian list does not decline."""
    letters = _LETTERS.get(lang)
    return letters is None or letters.search(name) is not None
