"""Pure. How a name sounds, as far as Latin, Cyrillic and Arabic letters agree: its consonants in coarse
classes.

Names that no file knows still tell events apart and together: Kidal, Кидаль and كيدال are all `kdl`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.stories import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

#: consonants of the shortest name that tells something
SHORTEST = 3
#: letters that are one sound, before letters that are one each
_GROUPS = (
    ("tch", "s"), ("dzh", "j"), ("dj", "j"), ("дж", "j"), ("sch", "s"), ("sh", "s"), ("ch", "s"), ("zh", "j"), ("kh", ""),
    ("gh", "k"), ("th", "t"), ("ph", "f"), ("qu", "k"), ("ts", "s"),
)  # fmt: skip
_LETTERS = {
    letter: sound
    for sound, letters in {
        "b": "bpбпب", "f": "fvфвف", "k": "kqgcкгقكغ", "s": "szсзцчшщسصشزظذث", "j": "jжج", "t": "tтتط", "d": "dдضد",
        "l": "lлل", "m": "mмم", "n": "nнن", "r": "rрر",
    }.items()
    for letter in letters
}  # fmt: skip
_ARTICLE = re.compile(r"^(?:a[lsdnrtz]h?|e[lsdnrtz]h?|а[лсднртз]ь?|э[лсднртз]ь?)-", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][\w'’-]*", re.UNICODE)
_ARABIC = re.compile(r"[\u0621-\u064a]+")
#: spaces before a word, at most
_SPACES = 8
#: what ends a sentence: the next word is written large anyhow
_ENDS = '.!?…:«“"('


def consonants(name: str) -> str:
    """The sound of one name; empty where too little is left to tell it from others."""
    heard = skeleton(name)
    return heard if len(heard) >= SHORTEST else ""


@lru_cache(maxsize=20_000)
def skeleton(name: str) -> str:
    """All consonants of one name, however few."""
    word = _ARTICLE.sub("", name).casefold()
    for group, sound in _GROUPS:
        word = word.replace(group, sound.upper())
    heard: list[str] = []
    for letter in word:
        sound = letter.lower() if letter.isupper() else _LETTERS.get(letter, "")
        if sound and (not heard or heard[-1] != sound):
            heard.append(sound)
    return "".join(heard)


def names(text: str, lang: str) -> Iterator[str]:
    """The sounds of what may be names in `text`: words written large inside a sentence;
    in Arabic every longer word.
    """
    if lang == "ar":
        for found in _ARABIC.finditer(text):
            *_, form = lexicon.bare(found[0])
            if sound := consonants(form):
                yield sound
        return
    for found in _NAME.finditer(text):
        if not found[0][0].isupper():
            continue
        before = text[max(0, found.start() - _SPACES) : found.start()].rstrip()[-1:]
        if before and before not in _ENDS:
            sound = consonants(found[0].split("'")[0].split("’")[-1])
            if sound:
                yield sound
