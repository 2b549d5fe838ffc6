"""Pure. What a story amounts to: the report that speaks for it, who tells it, which contacts it reports,
and how it grew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from monitor.contacts.register import ledger
from monitor.contacts.reports import TOOK_PLACE
from monitor.languages.locale import frame
from monitor.model import ContactStatus, Judged, SinceThen, Standing, Step, Story
from monitor.stories.change import changes, known, standing
from monitor.stories.corroboration import corroborate
from monitor.stories.summary import best_item, why

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from monitor.contacts.parties import Titles
    from monitor.model import Change, Corroboration, LedgerContact, StoryItem
    from monitor.model.press import Press

ENGLISH = "en"
_NOT = frozenset({ContactStatus.CANCELLED, ContactStatus.DENIED})


@dataclass(frozen=True, slots=True)
class StoryJudge:
    """What judging needs to know beside the story."""

    #: canonical names that are persons; all others are bodies and offices
    people: frozenset[str]
    #: sides and outlets, as the analysts' files declare them
    press: Press
    #: of the parties of each watchlist
    titles: Titles = field(default_factory=dict)
    #: of the watchlists themselves, and of who and what is named, by language
    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: canonical name of an entity by its id
    entities: Mapping[str, str] = field(default_factory=dict)

    def judge(self, story: Story, lang: str = "en") -> Judged:
        """`story` with what it amounts to, for a reader of `lang`."""
        contacts = ledger(story.items, lambda _name, _day: "", people=self.people, titles=self.titles)
        made = Judged(
            story=story,
            best=best_item(story, ENGLISH),
            corroboration=corroborate(story, self.press, self.people),
            contacts=tuple(sorted(contacts, key=_news_first)),
        )
        return self.for_reader(made, lang)

    def for_reader(self, judged: Judged, lang: str) -> Judged:
        """`judged` as it is told to a reader of `lang`."""
        story = judged.story if lang == ENGLISH else self._explained(judged.story, lang)
        contacts = self.in_language(judged.contacts, lang)
        return replace(judged, story=story, best=best_item(story, lang), contacts=contacts)

    def _explained(self, story: Story, lang: str) -> Story:
        """`story`, in which every match says in `lang` why its rule fired."""
        words, called = frame(lang, called=self.called_in(lang)), self.entities

        def told(item: StoryItem) -> StoryItem:
            return replace(
                item, matches=tuple(replace(m, reason=why(m, words, called)) for m in item.matches)
            )

        return replace(story, items=tuple(map(told, story.items)))

    def in_language(self, contacts: Iterable[LedgerContact], lang: str) -> tuple[LedgerContact, ...]:
        """`contacts` with participants and places as a reader of `lang` calls them."""
        if lang == ENGLISH or not self.names:
            return tuple(contacts)
        return tuple(
            replace(
                contact,
                place=self._called(contact.place, lang) if contact.place else contact.place,
                parties={
                    party: tuple(replace(p, name=self._called(p.name, lang)) for p in people)
                    for party, people in contact.parties.items()
                },
            )
            for contact in contacts
        )

    def _called(self, name: str, lang: str) -> str:
        return self.names.get(name, {}).get(lang, name)

    def called_in(self, lang: str) -> dict[str, str]:
        """What there are other words for in `lang`: watchlists by id, in English where they have no other,
        and who and what is named by English name.
        """
        lists = {
            name: titles.get(lang) or titles.get(ENGLISH, name) for name, titles in self.headings.items()
        }
        return {name: said[lang] for name, said in self.names.items() if lang in said} | lists

    def since(self, story: Story, before: datetime) -> SinceThen | None:
        """What is news to somebody who was told the story at `before`; None: it was not there to be told."""
        known = tuple(i for i in story.items if i.first_seen_at < before)
        if not any(i.matches for i in known):
            return None
        then, now = (self.standing(self.judge(Story(id=story.id, items=i))) for i in (known, story.items))
        fresh = len(story.items) - len(known)
        return SinceThen(changes=self.changes(then, now), reports=fresh)

    def register(self, items: Iterable[StoryItem], told: Collection[int]) -> tuple[LedgerContact, ...]:
        """The contacts that one of the items `told` reports, as all of `items` tell them.

        News before background, what took place before plans and before what is denied, the latest first.
        """

        def judged(contact: Story) -> Corroboration | None:
            ours = any(item.id in told for item in contact.items)
            return corroborate(contact, self.press, self.people) if ours else None

        found = ledger(
            items, lambda _name, _day: "", people=self.people, titles=self.titles, corroborate=judged
        )
        return told_by(found, told)

    def changes(self, told: Standing | None, now: Standing) -> tuple[Change, ...]:
        """What is news to somebody who knows `told`; nothing to somebody who was never told."""
        return changes(told, now, self.press.sides) if told is not None else ()

    def standing(self, judged: Judged) -> Standing:
        """What a reader knows who is told the story as it stands."""
        return standing(judged, self.people)


def told_by(contacts: Iterable[LedgerContact], items: Collection[int]) -> tuple[LedgerContact, ...]:
    """Those of `contacts` that one of `items` reports: news before background, the firmest first."""
    ours = [c for c in contacts if any(source.item_id in items for source in c.sources)]
    return tuple(sorted(ours, key=_firmest_first))


def _firmest_first(contact: LedgerContact) -> tuple[bool, int, int, int]:
    firm = 0 if contact.status in TOOK_PLACE else 2 if contact.status in _NOT else 1
    return contact.background, firm, -contact.day.toordinal(), -len(contact.sources)


def _news_first(contact: LedgerContact) -> tuple[bool, int]:
    """What is reported as news before what is only remembered, and what most report first."""
    return contact.background, -len(contact.sources)


def timeline(story: Story, judge: StoryJudge) -> tuple[Step, ...]:
    """Every step of `story`, in the order in which we learned of it.

    Copies change nothing and are not judged.
    """
    steps: list[Step] = []
    knows: Standing | None = None
    for at, _, item, withdrawn in sorted(_moments(story), key=lambda m: (m[0], m[1])):
        if item.copy_of is not None and not withdrawn:
            steps.append(Step(at=at, item=item, kind="copied"))
            continue
        now = judge.standing(judge.judge(_as_of(story, at, item)))
        news = judge.changes(knows, now)
        knows = known((knows, now)) if knows is not None else now
        steps.append(Step(at=at, item=item, kind="withdrawn" if withdrawn else "told", changes=news))
    return tuple(steps)


def _moments(story: Story) -> Iterator[tuple[datetime, int, StoryItem, bool]]:
    for item in story.items:
        yield item.first_seen_at, item.id, item, False
        if item.withdrawn_at is not None:
            yield item.withdrawn_at, item.id, item, True


def _as_of(story: Story, at: datetime, last: StoryItem) -> Story:
    """The story as it stood at `at`, when `last` was the newest of it."""
    there = [
        replace(item, withdrawn_at=None) if item.withdrawn_at and item.withdrawn_at > at else item
        for item in story.items
        if (item.first_seen_at, item.id) <= (at, last.id) or (item.first_seen_at < at)
    ]
    return Story(id=story.id, items=tuple(there))
