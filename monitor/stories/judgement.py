"""Pure. What a story amounts to: the report that speaks for it, who tells it, which contacts it reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model import Judged
from monitor.stories.change import standing
from monitor.stories.corroboration import corroborate
from monitor.stories.ledger import ledger
from monitor.stories.summary import best_item

if TYPE_CHECKING:
    from monitor.model import LedgerContact, Standing, Story


@dataclass(frozen=True, slots=True)
class StoryJudge:
    """What judging needs to know beside the story."""

    #: canonical names that are persons; all others are bodies and offices
    people: frozenset[str] = frozenset()

    def judge(self, story: Story, lang: str = "en") -> Judged:
        """`story` with what it amounts to, for a reader of `lang`."""
        contacts = ledger(story.items, lambda _name, _day: "", people=self.people)
        return Judged(
            story=story,
            best=best_item(story, lang),
            corroboration=corroborate(story, self.people),
            contacts=tuple(sorted(contacts, key=_news_first)),
        )

    def standing(self, judged: Judged) -> Standing:
        """What a reader knows who is told the story as it stands."""
        return standing(judged, self.people)


def _news_first(contact: LedgerContact) -> tuple[bool, int]:
    """What is reported as news before what is only remembered, and what most report first."""
    return contact.background, -len(contact.sources)
