"""Pure. What the files say and cannot mean: names that are nobody's, conditions that never hold, parties that
nobody can tell apart. Each is a mistake with its line and what to do.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from monitor.errors import suggestion
from monitor.folding import fold_all
from monitor.languages import tables
from monitor.watchlists.question import advice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from monitor.documents import Document, Path
    from monitor.errors import Mistake
    from monitor.matching.mentions import EntitySpec, Nearby, VocabularySpec
    from monitor.matching.rules import PartySpec
    from monitor.watchlists.files import EntitiesFile

    Files = Sequence[tuple[EntitiesFile, Document]]

#: the lists of an entity's names; those of the first three confirm others
_STRONG = ("aliases", "exact", "exact_case")
_LISTS = (*_STRONG, "weak", "weak_case")
#: entities that are named when many are meant
_SHOWN = 3


def entity_mistakes(
    files: Files, vocabularies: Iterable[VocabularySpec], known: Collection[str], homes: Collection[str]
) -> Iterator[Mistake]:
    """Everything wrong in entities.

    `known`: what a condition may name ("@entity", "#tag", "%list"); `homes`: the countries of outlets.
    """
    suppliers = _suppliers([e for file, _ in files for e in file.entities], vocabularies)
    for file, doc in files:
        for number, entity in enumerate(file.entities):
            path = ("entities", number)
            yield from _silenced_names(entity, doc, path)
            yield from _claimed_languages(entity, doc, path)
            unknown = [
                *_unknown(entity.confirm, doc, (*path, "confirm"), known, homes),
                *_unknown(entity.except_near, doc, (*path, "except_near"), known, homes),
                *(
                    found
                    for n, near in enumerate(entity.confirm_or)
                    for found in _unknown(near, doc, (*path, "confirm_or", n), known, homes)
                ),
            ]
            yield from unknown or _never_confirmed(entity, doc, (*path, "confirm"), suppliers)


def _silenced_names(entity: EntitySpec, doc: Document, path: Path) -> Iterator[Mistake]:
    """A name that is also an except phrase never counts;
    mostly a phrase with a comma that lost its quotes.
    """
    excepts = [
        (language, position, phrase)
        for language, phrases in entity.excepts.items()
        for position, phrase in enumerate(phrases)
    ]
    if not excepts:
        return
    listed = chain(*entity.aliases.values(), *entity.exact.values())
    names = frozenset(fold_all([*listed]))
    folded = fold_all([phrase for *_, phrase in excepts])
    for (language, position, phrase), words in zip(excepts, folded, strict=True):
        if words in names:
            message = f"{phrase!r} is a name of @{entity.id} too, so that it would never count"
            remedy = 'a phrase with a comma needs quotes: "Springfield, Ohio"'
            yield doc.mistake((*path, "except", language, position), message, remedy)


def _claimed_languages(entity: EntitySpec, doc: Document, path: Path) -> Iterator[Mistake]:
    """A language under which no name stands, or none in its letters."""
    claimed: dict[str, tuple[Path, list[str]]] = {}
    for key in _LISTS:
        for language, words in getattr(entity, key).items():
            claimed.setdefault(language, ((*path, key, language), []))[1].extend(words)
    scripts = {language.code: language.script for language in tables.listed().languages}
    for language, (where, words) in claimed.items():
        script = scripts.get(language)
        if not words:
            message = f"@{entity.id} claims {language} and has no name in it"
            yield doc.mistake(where, message, f"write its name there, or remove {language}:", key=True)
        elif script and not any(_has_letter(word, script) for word in words):
            message = f"@{entity.id} claims {language} and has no name in {script.title()} letters"
            remedy = f"write its name as it is written there, or move {words[0]!r} to its own language"
            yield doc.mistake(where, message, remedy)


def _has_letter(word: str, script: str) -> bool:
    return any(unicodedata.name(letter, "").startswith(script.upper()) for letter in word)


def _unknown(
    nearby: Nearby | None, doc: Document, path: Path, known: Collection[str], homes: Collection[str]
) -> Iterator[Mistake]:
    """Names in a condition that nothing has."""
    if nearby is None:
        return
    for position, home in enumerate(nearby.home):
        if home not in homes:
            said = f"no outlet of outlets.yaml is at home in {home!r}"
            remedy = suggestion(home, homes) or f"give its outlets home: {home} there"
            yield doc.mistake((*path, "home", position), said, remedy)
    for language, listed in {**nearby.terms, "in_item": nearby.in_item, "unless": nearby.unless}.items():
        for position, term in enumerate(listed):
            if term[0] in "@#%" and term not in known:
                said = f"nothing is called {term}"
                yield doc.mistake((*path, language, position), said, advice(term, known))


# --- conditions that never hold --------------------------------------------------------------------------


def _suppliers(
    entities: Iterable[EntitySpec], vocabularies: Iterable[VocabularySpec]
) -> Mapping[str, set[str]]:
    """Who confirms by each key; nobody by entities with weak names only, or by empty lists."""
    found: dict[str, set[str]] = defaultdict(set)
    for entity in entities:
        counts = any(words for key in _STRONG for words in getattr(entity, key).values())
        tags = {*entity.tags, *chain.from_iterable(role.tags for role in entity.roles)}
        for name in (f"@{entity.id}", *(f"#{tag}" for tag in tags)):
            found[name].update([f"@{entity.id}"] if counts else [])
    for vocabulary in vocabularies:
        for sense, words in vocabulary.senses.items():
            for name in (f"%{vocabulary.id}", f"%{vocabulary.id}.{sense}"):
                found[name].update([f"%{vocabulary.id}"] if any(words.values()) else [])
    return found


def _never_confirmed(
    entity: EntitySpec, doc: Document, path: Path, suppliers: Mapping[str, set[str]]
) -> Iterator[Mistake]:
    """A `confirm` of which no part can hold."""
    if entity.confirm is None or entity.confirm.home:
        return
    terms = [*chain.from_iterable(entity.confirm.terms.values()), *entity.confirm.in_item]
    why = [_why_never(term, entity, suppliers) for term in terms]
    if all(why):
        said = "; ".join(dict.fromkeys(why)) or "it names nothing"
        remedy = "name what stands beside the real one, as confirm: {any: ['@its-country'], within: item}"
        yield doc.mistake(path, f"confirm of @{entity.id} can never hold: {said}", remedy, key=True)


def _why_never(term: str, entity: EntitySpec, suppliers: Mapping[str, set[str]]) -> str:
    """Why a term confirms no name of `entity`; empty: it may."""
    own = f"@{entity.id}"
    if entity.confirm is not None and term in entity.confirm.unless:
        return f"{term} is in its unless"
    if term[0] not in "@#%":
        return "" if any(map(str.isalnum, term)) else f"{term!r} has no letter"
    # what the compiler knows besides, as %un-document, is found in texts
    if term not in suppliers or suppliers[term] - {own}:
        return ""
    if term == own or suppliers[term]:
        return f"{term} is only @{entity.id} itself"
    return f"{term} has no words" if term[0] == "%" else f"{term} has only weak names, which confirm nothing"


# --- questions -------------------------------------------------------------------------------------------


def shared_members(one: PartySpec, other: PartySpec, files: Files, doc: Document) -> Iterator[Mistake]:
    """Persons and bodies with the tags of both parties at once, so that nobody could say whose they are."""
    tags = {one.tag.removeprefix("#"), other.tag.removeprefix("#")}
    both = [
        f"@{entity.id} ({listed.file}:{listed.place(('entities', number))[0]})"
        for file, listed in files
        for number, entity in enumerate(file.entities)
        if entity.kind in ("person", "body")
        and any(tags <= {*entity.tags, *held} for held in ((), *(role.tags for role in entity.roles)))
    ]
    if both and len(tags) == 2:
        more = f" and {len(both) - _SHOWN} more" if len(both) > _SHOWN else ""
        message = f"both parties have {', '.join(both[:_SHOWN])}{more}: tagged {one.tag} and {other.tag}"
        path = ("contacts", "between", other.id, "tag")
        yield doc.mistake(path, message, "leave each entity the tag of one party")
