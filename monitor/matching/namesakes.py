"""Pure. Who else bears a surname: another given name, an initial or a trade before it says that somebody else
is meant.

"Daniil Medvedev" is not Dmitry, "economist Belousov" not the minister. Once such a namesake, or a listed one
("Richard Strauss"), is introduced, the bare surname that follows is his too, until the other one is named in
full again. The names stand in languages/data/given_names.txt, the trades in the analysts' vocabulary
`other-trades`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from monitor.folding import fold_all, folded
from monitor.languages import tables
from monitor.languages.word_forms import inflected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from monitor.matching.mentions import EntitySpec, Hit

#: the vocabulary of what namesakes do; `stage` speaks against a full name too
STAGE = "stage"
#: words between a surname and the trade behind it: "Moreau, the French tennis player"
BEHIND = 2
#: letters of a text before a name in which the word before it is looked for
BEFORE = 48
#: letters around a name by which a text of small letters alone is told
AROUND = 300
#: longer names that begin at one word, as many as are looked at
SAME = 8
#: letters that two forms of one surname share at least, and those that an ending may have
STEM, ENDING = 4, 3
_WORD = re.compile(r"([^\W\d_](?:[\w'’-]*[^\W_])?)(\.?)[ \u00a0]+\Z")
_PATRONYMIC = re.compile(
    r"\w+(?:[oeiо]vi[ct]h|ovitch|evitch|ovi[cč]|[её]вич\w*|ович\w*|овн\w+|евн\w+|وفيتش|يفيتش)\Z"
)
_ARTICLES = frozenset(("al", "el", "an", "at", "as", "ash", "ar", "ad", "az", "ed", "en", "es", "ez", "аль", "эль", "ан", "ат", "ас", "аш", "ар", "ад", "аз"))  # fmt: skip
_ARABIC = re.compile("[\u0600-\u06ff]")
_JOINED = re.compile(r"\A[وفبل](?=\w{3})")


@dataclass(frozen=True, slots=True)
class Bearer:
    """An entity's tags, and those that hold only at times."""

    tags: frozenset[str]
    roles: tuple[tuple[date | None, date | None, frozenset[str]], ...]
    name: str = ""
    kind: str = ""
    #: what stands before a person's surname in the full names, folded
    given: frozenset[str] = frozenset()
    #: the last words of a person's full names, folded
    surnames: frozenset[str] = frozenset()

    def tags_at(self, day: date | None) -> frozenset[str]:
        """All tags on `day`; without a day every role holds."""
        found = self.tags
        for since, until, tags in self.roles:
            if day is None or ((since is None or since <= day) and (until is None or day <= until)):
                found |= tags
        return found

    @property
    def ever(self) -> frozenset[str]:
        """All tags at any time."""
        return self.tags.union(*(tags for *_, tags in self.roles))


def bearer_of(spec: EntitySpec) -> Bearer:
    """Who an entity is; the words of a person's names are not folded yet."""
    roles = tuple((role.since, role.until, frozenset(role.tags)) for role in spec.roles)
    tags = frozenset(spec.tags)
    if spec.kind != "person":
        return Bearer(tags, roles, spec.name, spec.kind)
    named = [name for names in (spec.aliases, spec.exact) for listed in names.values() for name in listed]
    weak = [name for listed in spec.weak.values() for name in listed]
    given = [word for name in (spec.name, *named) for word in name.replace("-", " ").split()[:-1]]
    # an office has no capitals
    lasts = [name.split()[-1] for name in (spec.name, *named, *weak) if " " in name]
    surnames = frozenset(word for word in lasts if word[:1].isupper())
    return Bearer(tags, roles, spec.name, spec.kind, frozenset(given), surnames)


def folded_bearers(bearers: Mapping[str, Bearer]) -> dict[str, Bearer]:
    """The same, with the words of the names folded."""
    known = sorted({word for bearer in bearers.values() for word in bearer.given | bearer.surnames})
    plain = dict(zip(known, fold_all(known), strict=True))
    return {
        term: replace(
            bearer,
            given=frozenset(plain[word] for word in bearer.given),
            surnames=frozenset(plain[word] for word in bearer.surnames),
        )
        for term, bearer in bearers.items()
    }


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody introduced in full at a place: whose name it is ("" a namesake's), and the words of it."""

    token: int
    bearer: str
    words: tuple[str, ...]
    said: str


@dataclass(slots=True)
class Namesakes:
    """The surnames of one item, read with what stands before them."""

    fields: Mapping[str, str]
    bearers: Mapping[str, Bearer]
    lang: str = ""
    told: list[Told] = field(default_factory=list)
    #: longer names of bodies that stand behind a namesake of theirs ("Anna Falke … the Falke group")
    contested: list[Hit] = field(default_factory=list)
    _by_start: dict[str, list[Told]] = field(default_factory=dict)
    _by_name: dict[str, list[Told]] = field(default_factory=dict)

    def mark(self, names: Sequence[Hit], trades: Sequence[Hit]) -> None:
        """Silence every bare surname in `names` that is somebody else's.

        Both in order of their first token.
        """
        open_names = [hit for hit in names if hit.silenced_by is None]
        bare = [hit for hit in open_names if self._is_bare(hit)]
        before = {hit.token_end: hit for hit in trades}
        behind = [hit.token for hit in trades]
        free = list(_uncovered(bare, open_names))
        for hit in free:
            told_apart = not hit.claim.weak or self.bearers[hit.claim.term].kind == "person"
            trade = _trade(hit, before) if told_apart else ""
            other = self._common(hit) or self._other(hit) or trade or self._trade_behind(hit, trades, behind)
            if other:
                self._silence(hit, other)
        self._introduce(open_names, before)
        self.told.sort(key=lambda told: told.token)
        for hit in free if self.told else ():
            self._resolve(hit)
        strangers = len({told.bearer for told in self.told}) > 1
        self.contested = [hit for hit in open_names if self._is_contested(hit)] if strangers else []

    def _is_bare(self, hit: Hit) -> bool:
        """A surname alone, with its article, or a weak name of one word."""
        length = hit.token_end - hit.token
        if self.bearers[hit.claim.term].kind != "person":
            return length == 1 and hit.claim.weak
        return length == 1 or (length == 2 and self._words(hit)[0] in _ARTICLES)

    def _words(self, hit: Hit) -> tuple[str, ...]:
        return _folded_words(self.fields[hit.field][hit.start : hit.end])

    def _silence(self, hit: Hit, other: str) -> None:
        hit.silenced_by = f"namesake:{other}"
        self.told.append(Told(hit.token, "", self._words(hit)[-1:], other))

    # --- what stands before
    # ----------------------------------------------------------------------------------

    def _common(self, hit: Hit) -> str:
        """A surname that is written as a common word: "brown" among words with capitals. A hashtag may be so."""
        text = self.fields[hit.field]
        name = text[hit.start : hit.end]
        surnames = self.bearers[hit.claim.term].surnames
        if (
            not surnames
            or not name.islower()
            or text.islower()
            or text[hit.start - 1 : hit.start] in ("#", "@")
        ):
            return ""
        start = _start(self._words(hit)[-1])
        return name if any(_start(surname) == start for surname in surnames) else ""

    def _other(self, hit: Hit) -> str:
        """The full name of a namesake; "" where nothing before the surname speaks against its bearer.

        A body's bare name is a person's behind any given name (*Ivan Falke*); Arabic has no capitals to tell by.
        """
        bearer = self.bearers[hit.claim.term]
        if bearer.kind != "body" and (bearer.kind != "person" or not bearer.given):
            return ""
        text = self.fields[hit.field]
        found = _WORD.search(text, max(0, hit.start - BEFORE), hit.start)
        if found and _PATRONYMIC.search(found[1].casefold()):
            found = _WORD.search(text, max(0, found.start() - BEFORE), found.start())
        arabic = found is not None and bearer.kind == "person" and _ARABIC.match(found[1])
        if found is None or not (found[1][0].isupper() or arabic):
            return ""
        if bearer.kind == "body" and len(found[1]) == 1:
            return ""
        # "M. Marin" is Mr Marin in French, and no Mauro
        initial = bool(found[2]) and found[1].casefold() not in _titles(self.lang)
        return text[found.start() : hit.end] if _is_another(found[1], bearer.given, stop=initial) else ""

    def _trade_behind(self, hit: Hit, trades: Sequence[Hit], starts: Sequence[int]) -> str:
        """ "Medvedev, the tennis player": a trade of the stage in apposition."""
        number = bisect_right(starts, hit.token_end - 1)
        if number == len(trades) or trades[number].claim.sense != STAGE:
            return ""
        trade, text = trades[number], self.fields[hit.field]
        near = trade.token - hit.token_end <= BEHIND and trade.sentence == hit.sentence
        apposition = near and text[hit.end : hit.end + 2].lstrip()[:1] in (",", "،", "(")
        return (
            text[hit.start : trade.end]
            if apposition and self.bearers[hit.claim.term].kind == "person"
            else ""
        )

    # --- who was introduced
    # ----------------------------------------------------------------------------------

    def _introduce(self, names: Iterable[Hit], before: Mapping[int, Hit]) -> None:
        """Full names in the item; that of an official with a trade of the stage before it is a namesake's."""
        for hit in names:
            if (
                hit.silenced_by is None
                and not hit.claim.weak
                and hit.token_end - hit.token > 1
                and not self._is_bare(hit)
            ):
                trade = before.get(hit.token)
                bearer = self.bearers[hit.claim.term]
                if bearer.kind == "person" and bearer.given and trade and trade.claim.sense == STAGE:
                    self._silence(hit, self.fields[hit.field][trade.start : hit.end])
                else:
                    self.told.append(Told(hit.token, hit.claim.term, self._words(hit), bearer.name))

    def _resolve(self, hit: Hit) -> None:
        """Give a bare name to who was last introduced with it, else to who is next."""
        if hit.silenced_by is not None:
            return
        about = self._about(self._words(hit)[-1])
        number = bisect_right(about, hit.token, key=_token)
        told = about[number - 1] if number else next(iter(about), None)
        if told is not None and (not told.bearer or self._are_strangers(hit.claim.term, told.bearer)):
            hit.silenced_by = f"namesake:{told.said}"

    def _about(self, surname: str) -> list[Told]:
        """Who was introduced with a surname, in order."""
        if not self._by_start:
            for told in self.told:
                for start in dict.fromkeys(map(_start, told.words)):
                    self._by_start.setdefault(start, []).append(told)
        known = self._by_name.get(surname)
        if known is None:
            listed = self._by_start.get(_start(surname), ())
            known = [told for told in listed if any(_alike(surname, word) for word in told.words)]
            self._by_name[surname] = known
        return known

    def _is_contested(self, hit: Hit) -> bool:
        if self.bearers[hit.claim.term].kind == "person" or hit.silenced_by is not None:
            return False
        for word in self._words(hit):
            about = self._about(word)
            number = bisect_left(about, hit.token, key=_token)
            others = about[number - 1] if number else None
            if others is not None and others.bearer and self._are_strangers(hit.claim.term, others.bearer):
                return True
        return False

    def _are_strangers(self, one: str, other: str) -> bool:
        """Whether another person has nothing to do with the first: no tag and no name in common."""
        ours, theirs = self.bearers[one], self.bearers[other]
        return theirs.kind == "person" and ours.name != theirs.name and ours.ever.isdisjoint(theirs.ever)


@lru_cache(maxsize=10_000)
def _folded_words(text: str) -> tuple[str, ...]:
    return tuple(folded(text).split()) or ("",)


def _uncovered(bare: Iterable[Hit], names: Sequence[Hit]) -> Iterator[Hit]:
    """Surnames that are no part of a longer name. Both in order of their first token."""
    wide = [(hit.token, hit.token_end) for hit in names if hit.token_end - hit.token > 1]
    number = reach = 0
    for hit in bare:
        while number < len(wide) and wide[number][0] < hit.token:
            reach = max(reach, wide[number][1])
            number += 1
        here = max((end for start, end in wide[number : number + SAME] if start == hit.token), default=0)
        if reach < hit.token_end and here <= hit.token_end:
            yield hit


def _trade(hit: Hit, before: Mapping[int, Hit]) -> str:
    """The trade that stands right before a surname."""
    trade = before.get(hit.token)
    return str(trade.claim.sense) if trade and trade.sentence == hit.sentence else ""


def _start(word: str) -> str:
    return _JOINED.sub("", word)[:3]


_token = attrgetter("token")


def _alike(one: str, other: str) -> bool:
    """Whether two words are forms of one surname, cases, prefixes and suffixes aside."""
    if one == other:
        return True
    short, long = sorted((_JOINED.sub("", one), _JOINED.sub("", other)), key=len)
    shared = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return shared >= max(STEM, len(short) - 2) and len(long) - shared <= ENDING


# --- given names -----------------------------------------------------------------------------------------


def _titles(lang: str) -> tuple[str, ...]:
    """What a language writes with a stop before names."""
    return tables.read(tables.Stops, lang).leaning if lang in tables.having(tables.Stops) else ()


def _is_another(word: str, own: frozenset[str], *, stop: bool) -> bool:
    """Whether a word before a surname is a given name, or an initial, and none of `own`."""
    name = folded(word)
    if len(name) == 1:
        return stop and not any(
            mine.startswith(name) for known in own for mine in _spellings(known) | {known}
        )
    groups = _groups()
    found = groups.get(name) or groups.get(_JOINED.sub("", name))
    if found is None or name in own:
        return False
    ours = {group for known in own for group in (groups.get(known),) if group is not None}
    if any(found[0] == group[0] for group in ours):
        return False
    return not _ARABIC.search(name) or not ours or any(found[1] == group[1] for group in ours)


def _spellings(name: str) -> frozenset[str]:
    group = _groups().get(name)
    return _lines()[group[0]][1] if group else frozenset()


@cache
def _groups() -> Mapping[str, tuple[int, str]]:
    """Each given name, folded and declined: the number of its line, and its culture."""
    return {name: (number, culture) for number, (culture, names) in enumerate(_lines()) for name in names}


@cache
def _lines() -> tuple[tuple[str, frozenset[str]], ...]:
    found = []
    for culture, lines in tables.shared("given_names.txt").items():
        for _, line in lines:
            forms = [form for name in line.split() for form in inflected(name, "ru", "person")]
            found.append((culture, frozenset(fold_all(list(dict.fromkeys(forms))))))
    return tuple(found)
