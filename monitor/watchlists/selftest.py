"""Pure. The tests that stand beside the watchlists, and running them.

`match` must alert, `no_match` must not; with `rules:` it is these rules that must (or must not) fire.
`severity:` is the loudest one exactly. `todo_match` and `todo_no_match` are known gaps: they never fail, and
say when they hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, model_validator
from pydantic import Tag as PydanticTag

from monitor.fields import Strict
from monitor.matching.matcher import Matcher
from monitor.matching.mentions import MONTH, Id, Language, Text, as_date_text, first_day
from monitor.matching.rules import Watchlists
from monitor.model import Item, Severity, Side
from monitor.watchlists.near_miss import because

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from monitor.matching.matcher import ContactExtractor
    from monitor.model import Contact, Decision, Match


# --- <name>.test.yaml ------------------------------------------------------------------------------------


def _checked_date(value: str) -> str:
    first_day(value)
    return value


Month = Annotated[
    str,
    BeforeValidator(as_date_text),
    StringConstraints(pattern=MONTH),
    AfterValidator(_checked_date),
]


#: what writes the form of now
UPGRADE = "`monitor init --upgrade FOLDER` rewrites it"


class TestItem(Strict):
    """The item of a test, when its text alone does not say enough."""

    title: str = ""
    summary: str = ""
    content: str = ""
    lang: Language | None = None
    published: Month | str | None = None
    outlet: str = ""
    outlet_side: str = "unknown"


def _text_or_item(value: Any) -> str:
    return "text" if isinstance(value, str) else "item"


#: told apart before checking, so that a slip in an item is told once
Tried = Annotated[
    Annotated[Text, PydanticTag("text")] | Annotated[TestItem, PydanticTag("item")],
    Discriminator(_text_or_item),
]


class ContactExpectation(Strict):
    """What the contact must say; what is left out is not checked."""

    @model_validator(mode="before")
    @classmethod
    def _names_under_parties(cls, given: Any) -> Any:
        loose = {k: v for k, v in given.items() if isinstance(v, list)} if isinstance(given, dict) else {}
        if loose:
            now = ", ".join(f"{party}: [{', '.join(map(str, names))}]" for party, names in loose.items())
            raise ValueError(
                "names who took part beside the parties' ids, not under them"
                f" | write parties: {{{now}}} with the ids of the watchlist's contacts:; {UPGRADE}"
            )
        return given

    type: str | None = None
    status: str | None = None
    parties: dict[Id, list[Text]] = Field(default={})
    place: str | None = None
    background: bool | None = None


class TestFile(Strict):
    """One test: exactly one of match, no_match, todo_match, todo_no_match."""

    match: Tried | None = None
    no_match: Tried | None = None
    todo_match: Tried | None = None
    todo_no_match: Tried | None = None
    rules: list[Id] = Field(default=[])
    severity: Severity | None = None
    lang: Language | None = None
    contact: ContactExpectation | None = None
    why: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> TestFile:
        if len(self.model_fields_set & set(KINDS)) != 1:
            raise ValueError(f"a test is exactly one of {', '.join(KINDS)}")
        return self

    @property
    def kind(self) -> str:
        """match, no_match, todo_match or todo_no_match."""
        return next(kind for kind in KINDS if kind in self.model_fields_set)

    @property
    def item(self) -> TestItem:
        """What is tested; plain text stands in the content."""
        value = getattr(self, self.kind)
        return value if isinstance(value, TestItem) else TestItem(content=value, lang=self.lang)


KINDS = ("match", "no_match", "todo_match", "todo_no_match")


class TestsFile(Strict):
    """<name>.test.yaml"""

    watchlist: Id
    tests: list[TestFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test with its place."""

    watchlist: str
    test: TestFile
    file: str
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithTests(Watchlists):
    """Watchlists, with the tests that stand beside them."""

    cases: tuple[Case, ...]


# --- running ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One test's result; `problem` is empty when what the test says holds."""

    case: Case
    problem: str

    @property
    def todo(self) -> bool:
        """A known gap, which never fails."""
        return self.case.test.kind.startswith("todo_")

    @property
    def failed(self) -> bool:
        """Counts as a failure."""
        return bool(self.problem) and not self.todo

    def __str__(self) -> str:
        why = f" [{self.case.test.why}]" if self.case.test.why else ""
        return (
            f"{self.case.file}:{self.case.line}: {self.problem or 'holds'}{why}: "
            f"{_shown(self.case.test.item)}"
        )


@dataclass(frozen=True, slots=True)
class Results:
    """All outcomes, in file order."""

    outcomes: tuple[Outcome, ...]

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Tests that must be corrected."""
        return tuple(o for o in self.outcomes if o.failed)

    @property
    def gaps(self) -> tuple[Outcome, ...]:
        """Known gaps that are still there."""
        return tuple(o for o in self.outcomes if o.todo and o.problem)

    @property
    def fixed(self) -> tuple[Outcome, ...]:
        """Known gaps that now hold: make them match or no_match."""
        return tuple(o for o in self.outcomes if o.todo and not o.problem)

    @property
    def passed(self) -> int:
        """Tests that hold and are no known gaps."""
        return sum(not o.problem and not o.todo for o in self.outcomes)


def run(
    watchlists: WithTests,
    cases: Iterable[Case] | None = None,
    *,
    extract: ContactExtractor | None = None,
    detect: Callable[[str], str] | None = None,
) -> Results:
    """Run `cases` (default: all that were loaded). `detect` names the language of a text
    that does not say it.
    """
    matcher = Matcher(watchlists, extract=extract)
    loudest = {
        w.id: max((r.severity for r in w.rules), key=lambda s: s.rank, default=Severity.INFO)
        for w in watchlists.lists
    }
    outcomes = []
    for case in watchlists.cases if cases is None else cases:
        item = as_item(case.test.item, key=f"{case.file}:{case.line}", detect=detect)
        threshold = min(Severity.MEDIUM, loudest[case.watchlist], key=lambda s: s.rank)
        decision = matcher.decide(item)
        problem = _problem(case, decision, threshold, contacts=extract is not None)
        outcomes.append(Outcome(case=case, problem=problem))
    return Results(tuple(outcomes))


def as_item(test: TestItem, *, key: str = "test", detect: Callable[[str], str] | None = None) -> Item:
    """The item of a test."""
    text = f"{test.title}\n{test.summary}\n{test.content}"
    return Item(
        key=key,
        feed_id="test",
        title=test.title,
        summary=test.summary,
        content=test.content,
        lang=test.lang or (detect(text) if detect else "und"),
        published_at=_instant(test.published),
        outlet=test.outlet,
        outlet_side=Side(test.outlet_side),
    )


def _problem(case: Case, decision: Decision, threshold: Severity, *, contacts: bool) -> str:
    test = case.test
    ours = [m for m in decision.matches if m.watchlist == case.watchlist]
    if test.kind.endswith("no_match"):
        return _fired_wrongly(ours, test.rules, threshold)
    fired = {m.rule for m in ours}
    missing = [rule for rule in test.rules if rule not in fired]
    if missing:
        return f"{', '.join(missing)} did not fire{_instead(fired, decision, case.watchlist)}"
    loudest = max((m.severity for m in ours), key=lambda s: s.rank, default=None)
    if loudest is None or (test.severity is None and not test.rules and loudest.rank < threshold.rank):
        return f"nothing alerted{_instead(fired, decision, case.watchlist)}"
    if test.severity is not None and loudest is not test.severity:
        return f"the severity is {loudest}, not {test.severity}"
    if contacts and test.contact is not None:
        return _contact_problem(test.contact, decision.contacts)
    return ""


def _fired_wrongly(ours: list[Match], rules: list[str], threshold: Severity) -> str:
    for match in ours:
        if match.rule in rules or (not rules and match.severity.rank >= threshold.rank):
            return f"{match.rule} fired: {match.reason}"
    return ""


def _instead(fired: set[str], decision: Decision, watchlist: str) -> str:
    silenced = [
        f"“{s.text}” does not count: {because(s.by)}" for s in decision.suppressed if s.watchlist == watchlist
    ]
    if fired:
        return f" (fired: {', '.join(sorted(fired))})"
    return f" ({silenced[0]})" if silenced else ""


def _contact_problem(wanted: ContactExpectation, contacts: tuple[Contact, ...]) -> str:
    problems = [_differences(wanted, contact) for contact in contacts]
    if not problems:
        return "no contact was found"
    best = min(problems, key=len)
    return f"the contact differs: {'; '.join(best)}" if best else ""


def _differences(wanted: ContactExpectation, found: Contact) -> list[str]:
    differences = [
        f"{name} is {getattr(found, name)}, not {getattr(wanted, name)}"
        for name in ("type", "status", "place", "background")
        if getattr(wanted, name) is not None and getattr(found, name) != getattr(wanted, name)
    ]
    for party, names in wanted.parties.items():
        absent = set(names) - set(found.parties.get(party, ()))
        if absent:
            differences.append(f"{party} lacks {', '.join(sorted(absent))}")
    return differences


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    if len(text) <= 10:
        return datetime.combine(first_day(text), time(), UTC)
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read


def _shown(item: TestItem) -> str:
    text = " / ".join(filter(None, (item.title, item.summary, item.content)))
    return text if len(text) <= 120 else f"{text[:119]}…"
