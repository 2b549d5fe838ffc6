"""From files to compiled rules. `load` reads a folder; `compile_sources` is the pure part.

A folder holds entities/*.yaml, vocabulary/*.yaml, <name>.yaml, <name>.test.yaml,
un-documents.yaml, sides.yaml and outlets.yaml (the shipped two where it has none). Every mistake of every
file comes in one ConfigError, in file order, so that an analyst mends them in one sitting.
"""

from __future__ import annotations

import gc
from collections import Counter
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from monitor import documents
from monitor.contacts.parties import CONTACT, both_nations
from monitor.contacts.reasons import REASONS, declared_rules
from monitor.documents import Document, inside_scalar, suggestion
from monitor.errors import ConfigError, Mistake
from monitor.languages.guess import keep_model
from monitor.matching import rules, un_documents
from monitor.matching.building import NO_CACHE
from monitor.matching.lexicon import Lexicon
from monitor.matching.mentions import EntitySpec, VocabularySpec
from monitor.matching.rules import PartySpec, Rule, Watchlist, Watchlists
from monitor.model import Severity
from monitor.watchlists import query
from monitor.watchlists.checks import entity_mistakes, shared_members
from monitor.watchlists.files import OUTLETS, SIDES, EntitiesFile, RuleFile, WatchlistFile, read_press
from monitor.watchlists.kept import DocumentFile, PatternFile, model_file, revision
from monitor.watchlists.question import advice, shared
from monitor.watchlists.selftest import Case, TestsFile, WithTests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.model.press import Press

#: beside the watchlists: what each UN resolution asks for; documents are mentions of %un-document
UN_DOCUMENTS = "un-documents.yaml"
MAX_FILES = 2000


__all__ = ["Rule", "Watchlist", "Watchlists", "compile_sources", "load", "read", "revision"]


def load(directory: Path, *, cache: Path | None = None, tests: Path | None = None) -> WithTests:
    """The compiled watchlists of a folder, with the help of a `cache` file that may or may not be there.

    `tests`: a folder with more test files, which may not be there. Raises ConfigError with every mistake of
    every file.
    """
    if cache is not None:
        keep_model(partial(model_file, cache.with_name("languages.cache")))
    with uncollected():
        more = sorted(tests.resolve().glob("*.test.yaml")) if tests is not None else ()
        sources = read(directory) | {path.as_posix(): path.read_bytes() for path in more}
        return compile_sources(sources, root=directory.as_posix(), cache=cache)


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for garbage while files are read: what they make stays, and is a seventh of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def read(directory: Path) -> dict[str, bytes]:
    """The files of a folder by their relative paths. Raises ConfigError for what cannot be read."""
    if not directory.is_dir():
        mistake = Mistake(file=str(directory), line=None, column=None, message="there is no such folder")
        raise ConfigError((mistake,))
    paths = sorted(chain(directory.glob("*.yaml"), directory.glob("*/*.yaml"), directory.glob("*.yml")))
    sources, errors = {}, []
    for path in paths[:MAX_FILES]:
        try:
            sources[path.relative_to(directory).as_posix()] = path.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            errors.append(ConfigError((Mistake(file=str(path), line=None, column=None, message=reason),)))
    documents.together(errors)
    return sources | shared(sources)


def compile_sources(sources: Mapping[str, bytes], *, root: str = "", cache: Path | None = None) -> WithTests:
    """Compile files given as relative path -> bytes; `root` only names them in mistakes."""
    return _Compiler(root, cache).run(sources)


def _place(mistake: Mistake) -> tuple[str, int, int]:
    return mistake.file, mistake.line or 0, mistake.column or 0


class _Compiler:
    """One compilation: reads every file, then checks what refers to what, then builds the lexicon."""

    def __init__(self, root: str, cache: Path | None) -> None:
        self.root = root
        self.cache = cache
        self.files = DocumentFile(cache.with_name("documents.cache") if cache else None)
        self.mistakes: list[Mistake] = []
        #: a file that gives names could not be read: what asks for one would be taken for a slip
        self.names_missing = False
        self.entities: list[tuple[EntitiesFile, Document]] = []
        self.vocabularies: list[tuple[VocabularySpec, Document]] = []
        self.watchlists: list[tuple[WatchlistFile, Document, str]] = []
        self.tests: list[tuple[TestsFile, Document]] = []
        self.resolutions: Mapping[int, un_documents.Resolution] | None = None
        self.places: dict[str, tuple[str, int | None]] = {}

    def run(self, sources: Mapping[str, bytes]) -> WithTests:
        press = self._read_all(sources)
        entities = {e.id: e for file, _ in self.entities for e in file.entities}
        vocabularies = {v.id: v for v, _ in self.vocabularies}
        documents_named = _un_names(self.resolutions) if self.resolutions is not None else ()
        names = query.Names(frozenset([*_names(entities.values(), vocabularies.values()), *documents_named]))
        homes = press.outlets.homes if press is not None else ()
        self.mistakes.extend(entity_mistakes(self.entities, vocabularies.values(), names.known, homes))
        self._check_unique()
        lists = tuple(self._watchlist(file, doc, text, names) for file, doc, text in self.watchlists)
        cases = tuple(self._cases(lists))
        self._check_stable(lists, cases)
        if self.mistakes or press is None:
            raise ConfigError(tuple(sorted(self.mistakes, key=_place)))
        self.files.close()
        for one, other in (w.between for w in lists if w.between is not None):
            both = both_nations(entities.values(), one, other)
            if both is not None and both.id not in entities:
                entities = entities | {both.id: both}
        literals = frozenset(chain.from_iterable(_literals(r) for w in lists for r in w.rules))
        of = revision({name: text for name, text in sources.items() if not name.startswith("/")})
        return WithTests(
            lists=lists,
            entities=entities,
            vocabularies=vocabularies,
            lexicon=Lexicon.build(
                entities.values(),
                vocabularies.values(),
                sorted(literals),
                resolutions=self.resolutions,
                cache=PatternFile(self.cache, of) if self.cache else NO_CACHE,
                home=press.outlets.home,
            ),
            cases=cases,
            press=press,
            revision=of,
            places=self.places,
        )

    # --- reading

    def _read_all(self, sources: Mapping[str, bytes]) -> Press | None:
        for name, text in sorted(sources.items()):
            self._read(name, text)
        press = self._press(sources)
        if self.names_missing:
            raise ConfigError(tuple(sorted(self.mistakes, key=_place)))
        return press

    def _read(self, name: str, text: bytes) -> None:
        path = PurePosixPath(name)
        elsewhere = path.is_absolute()
        file = f"{self.root}/{name}" if self.root and not elsewhere else name
        folder = path.parts[0] if len(path.parts) > 1 and not elsewhere else ""
        if folder not in {"", "entities", "vocabulary"} or name in (SIDES, OUTLETS):
            return
        try:
            document = self.files.read(text, file)
            if folder == "entities":
                self.entities.append((documents.validate(EntitiesFile, document), document))
            elif folder == "vocabulary":
                self.vocabularies.append((documents.validate(VocabularySpec, document), document))
            elif path.name == UN_DOCUMENTS:
                self.resolutions = un_documents.load(document)
            elif path.name.endswith((".test.yaml", ".test.yml")):
                self.tests.append((documents.validate(TestsFile, document), document))
            else:
                model = documents.validate(WatchlistFile, document)
                self.watchlists.append((model, document, text.decode("utf-8-sig")))
        except ConfigError as error:
            self.mistakes.extend(error.mistakes)
            self.names_missing |= bool(folder)

    def _press(self, sources: Mapping[str, bytes]) -> Press | None:
        try:
            own = {name: sources[name] for name in (SIDES, OUTLETS) if name in sources}
            return read_press(own, root=self.root)
        except ConfigError as error:
            self.mistakes.extend(error.mistakes)
            return None

    # --- checking what refers to what

    def _check_unique(self) -> None:
        found: list[tuple[str, Document, documents.Path]] = []
        for file, doc in self.entities:
            found += [(f"@{e.id}", doc, ("entities", n, "id")) for n, e in enumerate(file.entities)]
        found += [(f"%{v.id}", doc, ("vocabulary",)) for v, doc in self.vocabularies]
        for watchlist, doc, _ in self.watchlists:
            found.append((watchlist.watchlist, doc, ("watchlist",)))
            declared = REASONS if watchlist.contacts else ()
            found += [(f"{watchlist.watchlist}/{reason.id}", doc, ("contacts",)) for reason in declared]
            found += [
                (f"{watchlist.watchlist}/{r.id}", doc, ("rules", n, "id"))
                for n, r in enumerate(watchlist.rules)
            ]
        for name, doc, path in found:
            if name in self.places:
                where, line = self.places[name]
                self.mistakes.append(
                    doc.mistake(
                        path,
                        f"{name} is already in {where}:{line}",
                        "delete one of the two, or give it another id",
                    )
                )
            else:
                self.places[name] = (doc.file, doc.place(path)[0])

    # --- compiling

    def _watchlist(self, file: WatchlistFile, doc: Document, text: str, names: query.Names) -> Watchlist:
        between = self._between(file, doc, names)
        written = (self._rule(file, n, doc, text, names) for n in range(len(file.rules)))
        rules = (*_declared(file, doc, between or ()), *(rule for rule in written if rule is not None))
        given = file.falsepositives
        titles = {"en": file.title} if isinstance(file.title, str) else dict(file.title)
        return Watchlist(
            id=file.watchlist,
            title=titles["en"],
            titles=titles,
            description=file.description,
            falsepositives=(given,) if isinstance(given, str) else tuple(given),
            rules=rules,
            between=between,
            types=tuple(file.contacts.types) if file.contacts else (),
            file=doc.file,
        )

    def _between(
        self, file: WatchlistFile, doc: Document, names: query.Names
    ) -> tuple[PartySpec, PartySpec] | None:
        """The two parties, told apart by their tags."""
        if file.contacts is None:
            return None
        given = file.contacts.between.items()
        one, other = (PartySpec(id=party, titles=said.title, tag=said.tag) for party, said in given)
        for party in (one, other):
            self._check_named(party.tag, doc, ("contacts", "between", party.id, "tag"), names)
        self._check_named(CONTACT, doc, ("contacts",), names)
        if one.tag == other.tag:
            path = ("contacts", "between", other.id, "tag")
            message = f"{one.tag} is the tag of {one.id!r} too, so that nobody could tell the parties apart"
            self.mistakes.append(doc.mistake(path, message, "give each party a tag of its own"))
        self.mistakes.extend(shared_members(one, other, self.entities, doc))
        return one, other

    def _check_named(self, name: str, doc: Document, path: documents.Path, names: query.Names) -> None:
        if name not in names.known:
            self.mistakes.append(doc.mistake(path, f"nothing is called {name}", advice(name, names.known)))

    def _rule(
        self, file: WatchlistFile, number: int, doc: Document, text: str, names: query.Names
    ) -> Rule | None:
        rule = file.rules[number]

        def parsed(*keys: str) -> rules.Node | None:
            return self._parsed(doc, text, ("rules", number, *keys), names)

        node = parsed("query")
        unless = parsed("unless") if rule.unless else None
        self._check_scope(rule, doc, number, names)
        if node is None:
            return None
        return Rule(
            watchlist=file.watchlist,
            id=rule.id,
            title=rule.title,
            source=rule.query,
            query=node,
            severity=_severity(rule, file),
            status=rule.status,
            reason=rule.reason,
            unless=unless,
            contact=tuple(reason.id for reason in REASONS) if rule.contact else (),
            scope=rule.scope,
            clauses=rules.clauses(node),
            file=doc.file,
            line=doc.place(("rules", number))[0],
        )

    def _parsed(
        self, doc: Document, text: str, path: documents.Path, names: query.Names
    ) -> rules.Node | None:
        value = doc.data
        for step in path:
            value = value[step]
        if path in doc.hashes:
            word = doc.hashes[path]
            message = f"{word} stands where a comment begins, so it is no part of the query"
            self.mistakes.append(doc.mistake(path, message, "put the whole query in quotes"))
            return None
        node, mistakes = query.parse(value)
        found = (*mistakes, *(query.check_names(node, names) if node else ()))
        for mistake in found:
            line, column = inside_scalar(text, doc.place(path), value, mistake.offset)
            self.mistakes.append(
                Mistake(
                    file=doc.file, line=line, column=column, message=mistake.message, remedy=mistake.remedy
                )
            )
        return None if found else node

    def _check_scope(self, rule: RuleFile, doc: Document, number: int, names: query.Names) -> None:
        if rule.scope is not None:
            for key, name in (("country", f"@{rule.scope.country}"), ("others", rule.scope.others)):
                self._check_named(name, doc, ("rules", number, "scope", key), names)

    # --- tests beside the watchlists

    def _cases(self, lists: tuple[Watchlist, ...]) -> Iterator[Case]:
        rules = {watchlist.id: {rule.id for rule in watchlist.rules} for watchlist in lists}
        for written, *_ in self.watchlists:  # a rule whose query is wrong is told once, not for each test
            rules[written.watchlist] |= {rule.id for rule in written.rules}
        for file, doc in self.tests:
            if file.watchlist not in rules:
                remedy = suggestion(file.watchlist, rules)
                self.mistakes.append(doc.mistake(("watchlist",), f"no watchlist {file.watchlist!r}", remedy))
                continue
            for number, test in enumerate(file.tests):
                for position, rule in enumerate(test.rules):
                    if rule not in rules[file.watchlist]:
                        path = ("tests", number, "rules", position)
                        remedy = suggestion(rule, rules[file.watchlist])
                        self.mistakes.append(
                            doc.mistake(path, f"no rule {rule!r} in {file.watchlist}", remedy)
                        )
                yield Case(
                    watchlist=file.watchlist, test=test, file=doc.file, line=doc.place(("tests", number))[0]
                )

    def _check_stable(self, lists: tuple[Watchlist, ...], cases: tuple[Case, ...]) -> None:
        counts = Counter(
            (case.watchlist, rule, case.test.kind) for case in cases for rule in (case.test.rules or [""])
        )
        for rule in (r for w in lists for r in w.rules if r.status == "stable"):
            for kind in ("match", "no_match"):
                if not counts[rule.watchlist, rule.id, kind] + counts[rule.watchlist, "", kind]:
                    message = f"rule {rule.id!r} is stable but has no {kind} test"
                    remedy = f"add one to {rule.watchlist}.test.yaml, or say status: test"
                    self.mistakes.append(
                        Mistake(file=rule.file, line=rule.line, column=None, message=message, remedy=remedy)
                    )


def _un_names(listed: Mapping[int, un_documents.Resolution]) -> Iterator[str]:
    yield from ("%un-document", "%un-document.unknown")
    for country in {resolution.country for resolution in listed.values()}:
        asked = (country, *(f"{country}-{asks}" for asks in un_documents.LEAVE))
        yield from (f"%un-document.{sense}" for sense in asked)


def _names(entities: Iterable[EntitySpec], vocabularies: Iterable[VocabularySpec]) -> Iterator[str]:
    for entity in entities:
        yield f"@{entity.id}"
        yield from (f"#{tag}" for tag in chain(entity.tags, *(role.tags for role in entity.roles)))
    for vocabulary in vocabularies:
        yield f"%{vocabulary.id}"
        yield from (f"%{vocabulary.id}.{sense}" for sense in vocabulary.senses)


def _literals(rule: Rule) -> Iterator[str]:
    for node in (rule.query, rule.unless):
        if node is not None:
            yield from rules.literals(node)


def _declared(file: WatchlistFile, doc: Document, between: Iterable[PartySpec]) -> Iterator[Rule]:
    tags = [party.tag for party in between]
    source = " AND ".join((f"({CONTACT} OR title:({' NEAR/3 '.join(tags)}))", *tags)) if tags else ""
    node, _ = query.parse(source)
    if node is not None and file.contacts is not None:
        line = doc.place(("contacts",))[0]
        yield from declared_rules(file.watchlist, file.severity, source, node, (doc.file, line))


def _severity(rule: RuleFile, watchlist: WatchlistFile) -> Severity:
    """A rule's own, else its watchlist's; related and experimental rules never alert."""
    severity = rule.severity or watchlist.severity
    quiet = rule.related or rule.status == "experimental"
    return min(severity, Severity.LOW, key=lambda s: s.rank) if quiet else severity
