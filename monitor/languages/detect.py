"""Pure. The language of a text: by script first, then by a statistical guess among the languages our feeds plausibly use.

A feed's own statement is a hint. It decides short titles, and is overruled by another script or a confident guess:
feeds are mislabelled, and agencies mix languages in one feed.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import Any

#: what the guess chooses from in Latin script, with how likely each is before reading
LATIN = {
    "en": 4.0,
    "fr": 4.0,
    "it": 4.0,
    "tr": 4.0,
    "es": 2.0,
    "de": 2.0,
    "pt": 1.0,
    "nl": 1.0,
    "pl": 1.0,
    "ro": 1.0,
}
CYRILLIC = frozenset(("ru", "uk", "bg", "sr", "mk", "be", "kk"))
ARABIC = frozenset(("ar", "fa", "ur", "ps", "ckb"))
#: letters read of a text
MAX_READ = 1_500
#: fewer letters than this say nothing in Latin script
ENOUGH = 12
#: a guess this sure, over this many letters, beats the hint
SURE, SURE_LETTERS = 0.95, 20
#: little words of another language that make a part strange, while its own has none; letters of a sentence
TELLING, SENTENCE = 2, 40
#: a part whose language is less likely than this is in another
UNLIKE = 0.1
#: without a hint, a short text's best guess needs this share
HALF = 0.5
#: the words that give a short title away
_WORDS = {
    "en": "the of in to and for with on from by after over at says as meets visits new will is are",
    "fr": "le la les des du de en et au aux avec pour sur dans par un une à",
    "it": "il lo la gli di del della dei che con per nel nella alla al a da dal in un una",
    "tr": "ve bir için ile da de bu ne gibi sonra",
    "es": "el la los las de del con en por para y al un una",
    "de": "der die das und in von aus mit für auf im nach den dem",
    "pt": "o a os as do da dos das com em por para no na",
}
_LITTLE_WORDS: dict[str, tuple[str, ...]] = {
    word: tuple(lang for lang, words in _WORDS.items() if word in words.split())
    for word in " ".join(_WORDS.values()).split()
}

_SCRIPTS = (
    ("arabic", re.compile("[\u0620-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")),
    ("cyrillic", re.compile("[\u0400-\u052f]")),
    ("latin", re.compile("[A-Za-z\u00c0-\u024f]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hy", re.compile("[\u0531-\u0587]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("am", re.compile("[\u1200-\u137f]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
)
_PERSIAN = re.compile("[پچژگکی]")
_URDU = re.compile("[ٹڈڑںےھ]")
_ARABIC_ONLY = re.compile("[كيةىأإؤ]")
_UKRAINIAN = re.compile("[іїєґ]", re.IGNORECASE)
_RUSSIAN = re.compile("[ыэё]", re.IGNORECASE)
_BELARUSIAN = re.compile("ў", re.IGNORECASE)
_SERBIAN = re.compile("[ђћљњџј]", re.IGNORECASE)
#: in Russian the hard sign stands only before soft vowels
_BULGARIAN = re.compile("ъ[бвгджзклмнпрстфхцчшщ]", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")


def parts(
    title: str, summary: str, content: str, hint: str | None = None, *, sure: bool = False
) -> tuple[str, str]:
    """The language of an item, and those of its title, summary and content where they are not all the same.

    The second is three codes with spaces between ("en en ar"), empty where one language serves for all. Of several the
    hint decides which is the item's, else the title: what stands below it may be a feed's own boilerplate. `sure`: the
    hint is about this very item and is not doubted.
    """
    texts = (title, summary, content)
    whole = hint if hint and sure else detect(" ".join(texts), hint)
    own = _script_of(whole)
    alone = sum(map(bool, texts)) < 2 and not _mixed(content)
    if own is None or alone or not (any(_strange(text, whole, own) for text in texts) or _mixed(content)):
        return whole, ""
    said = (hint or "").lower().partition("-")[0]
    found = [_of_part(text, whole, own, said) for text in texts]
    main = (
        said if said and (sure or said in found) else next((e for e in found if e not in ("", "und")), whole)
    )
    return main, " ".join(lang or main for lang in found)


def _of_part(text: str, whole: str, own: str, said: str) -> str:
    """The language of one part; "" of one without letters."""
    script = _script(text)
    if script is None:
        return ""
    if not _strange(text, whole, own):
        return whole
    believed = said and _script_of(said) == script and not _strange(text, said, script)
    found = detect(text, said if believed else None)
    doubtful = script == own == "latin" and not believed and _odds(text[:MAX_READ]).get(found, 0.0) < SURE
    return "und" if doubtful else found  # names alone look like any language: read in all


def _strange(text: str, whole: str, own: str) -> bool:
    """Whether a part is in another script than the whole, or in its script, but hardly in its language."""
    script = _script(text)
    if script is None or script != own:
        return script is not None
    return script == "latin" and _foreign(text, whole)


def _foreign(text: str, whole: str) -> bool:
    """Whether a part has none of a language's little words, and others' instead, or a look that the language has not."""
    heard = [_LITTLE_WORDS.get(word, ()) for word in re.findall(r"\w+", text[:300].lower())]
    counts = Counter(lang for langs in heard for lang in langs)
    if counts[whole]:
        return False
    if any(number >= TELLING for number in counts.values()):
        return True
    odds = _odds(text[:MAX_READ])
    return len(text) >= ENOUGH and odds.get(whole, 1.0) < UNLIKE


def _mixed(text: str) -> bool:
    """Whether a text holds whole sentences of two scripts."""
    sample = text[:MAX_READ]
    return sum(len(letters.findall(sample)) >= SENTENCE for _, letters in _SCRIPTS[:3]) > 1


def _script(text: str) -> str | None:
    """The script of most letters of a beginning, of those that our languages have."""
    sample = text[:300]
    counts = [(len(letters.findall(sample)), name) for name, letters in _SCRIPTS[:3]]
    number, script = max(counts)
    return script if number else None


def _script_of(lang: str) -> str | None:
    """The script that a language is written in, of the three that our languages have."""
    if lang in LATIN:
        return "latin"
    return "arabic" if lang in ARABIC else "cyrillic" if lang in CYRILLIC else None


def detect(text: str, hint: str | None = None) -> str:
    """ISO 639-1 code of `text` ("und" where it is too short to tell and there is no hint). `hint`: a feed's word."""
    said = (hint or "").lower().partition("-")[0]
    said = "" if said in ("mul", "und", "zxx") else said
    sample = _ADDRESS.sub(" ", text[: 4 * MAX_READ])[:MAX_READ]
    counts = {name: len(letters.findall(sample)) for name, letters in _SCRIPTS}
    script, number = max(counts.items(), key=lambda pair: pair[1])
    if number == 0:
        return said or "und"
    if counts["ja"]:
        return "ja"
    if script == "arabic":
        return _arabic(sample, said)
    if script == "cyrillic":
        return _cyrillic(sample, said)
    return _latin(sample, said, number) if script == "latin" else script


def _arabic(text: str, said: str) -> str:
    """Persian and Urdu have letters of their own; a lone borrowed one (گ in a name) makes no Persian."""
    persian, urdu, arabic = (len(p.findall(text)) for p in (_PERSIAN, _URDU, _ARABIC_ONLY))
    if persian + urdu <= arabic:
        return said if said in ARABIC and not arabic and persian + urdu == 0 else "ar"
    if urdu >= 2 and urdu * 8 >= persian:
        return "ur"
    return said if said in ("ps", "ckb", "ur") else "fa"


def _cyrillic(text: str, said: str) -> str:
    found = Counter(
        be=len(_BELARUSIAN.findall(text)) * 3,
        uk=len(_UKRAINIAN.findall(text)),
        ru=len(_RUSSIAN.findall(text)),
        sr=len(_SERBIAN.findall(text)),
        bg=len(_BULGARIAN.findall(text)),
    )
    if found["be"] and found["be"] + found["uk"] > found["sr"]:
        return "be"
    best, number = found.most_common(1)[0]
    if number:
        return said if best == "sr" and said == "mk" else best
    return said if said in CYRILLIC else "ru"


def _latin(text: str, said: str, letters: int) -> str:
    if letters < ENOUGH:
        return said or "und"
    odds = _odds(text)
    best = max(odds, key=lambda lang: odds[lang])
    share = odds[best]
    known = said in LATIN
    if said and not known and (said in CYRILLIC or said in ARABIC):
        said = ""  # the script has already overruled it
    if said:
        return best if share >= SURE and letters >= SURE_LETTERS else said
    return best if share >= HALF or letters >= 3 * ENOUGH else "und"


def _odds(text: str) -> dict[str, float]:
    """How likely each language of Latin script is; together 1."""
    odds = {lang: float(chance) * LATIN[lang] for lang, chance in _guesser().rank(text) if lang in LATIN}
    for word in re.findall(r"\w+", text[:300].lower()):
        for lang in _LITTLE_WORDS.get(word, ()):
            odds[lang] *= 3
    total = sum(odds.values()) or 1.0
    return {lang: chance / total for lang, chance in odds.items()}


@functools.cache
def _guesser() -> Any:
    """py3langid's model: half a second to load, so only when a Latin text is met; our own instance, none shared."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LATIN))
    return identifier
