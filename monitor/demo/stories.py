"""Pure. Invented stories in six languages; the samples are made of them.

Every headline and sentence here is made up; the outlets do not exist.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor.model import (
    Contact,
    ContactStatus,
    ContactType,
    Coverage,
    DateFlag,
    Evidence,
    Feed,
    Fulltext,
    Item,
    Judged,
    Match,
    Severity,
    Side,
    Story,
    StoryItem,
)
from monitor.stories.judgement import StoryJudge
from monitor.watchlists.files import shipped_press

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)

FEEDS = {
    "gulf": Feed(
        id="gulf", url="https://gulf-ledger.example/rss", title="Gulf Ledger", language="en",
        side=Side("independent"), reliability="B", family="ledger",
    ),
    "volga": Feed(
        id="volga", url="https://volga-telegraph.example/rss", title="Волжский телеграф", language="ru",
        side=Side("russia-state"), reliability="C", family="volga",
    ),
    "barqa": Feed(
        id="barqa", url="https://barqa-now.example/rss", title="برقة الآن", language="ar",
        side=Side("libya-east"), reliability="D", family="barqa",
    ),
    "tripoli": Feed(
        id="tripoli", url="https://tripoli-morning.example/rss", title="صباح طرابلس", language="ar",
        side=Side("libya-west"), reliability="C", family="tripoli",
    ),
    "sahel": Feed(
        id="sahel", url="https://courrier-sahel.example/rss", title="Courrier du Sahel", language="fr",
        side=Side("independent"), reliability="B", family="sahel",
    ),
    "porto": Feed(
        id="porto", url="https://il-porto.example/rss", title="Il Porto", language="it",
        side=Side("independent"), reliability="B", family="porto",
    ),
    "bogaz": Feed(
        id="bogaz", url="https://bogaz-postasi.example/rss", title="Boğaz Postası", language="tr",
        side=Side("other-state"), reliability="D", family="bogaz",
    ),
    "delta": Feed(
        id="delta", url="https://delta-observer.example/rss", title="Delta Observer", language="en",
        side=Side("independent"), reliability="C", family="delta",
    ),
    "council": Feed(
        id="council", url="https://council-press.example/rss", title="Council Press", language="en",
        side=Side("un"), reliability="A", family="un",
    ),
}  # fmt: skip


def evidence(item: Item, *terms: str, field: str = "content") -> tuple[Evidence, ...]:
    """Evidence for each of `terms` in the sentence of `field` that holds the first of them."""
    text = str(getattr(item, field))
    start = text.rfind(". ", 0, text.index(terms[0])) + 1
    end = text.find(". ", start + 1)
    sentence = text[start : end + 1 if end >= 0 else len(text)].strip()
    return tuple(
        Evidence(
            field=field,
            start=(at := text.index(t, start)),
            end=at + len(t),
            text=t,
            term=t,
            sentence=sentence,
        )
        for t in terms
    )


def story_item(
    number: int,
    feed: str,
    title: str,
    content: str,
    *terms: str,
    watchlist: str = "russia-libya-contacts",
    severity: Severity = Severity.HIGH,
    reason: str = "",
    contacts: tuple[Contact, ...] = (),
    field: str = "content",
    **item: Any,
) -> StoryItem:
    """An item of the invented feed `feed`, matched because of `terms` (none: not matched)."""
    source = FEEDS[feed]
    path = f"{source.url.removesuffix('/rss')}/{2026_11_000 + number}"
    seen = NOW - timedelta(hours=9) + timedelta(minutes=14 * number)
    kept = Item(
        key=f"url:{path}", feed_id=feed, title=title, content=content, lang=source.language, url=path,
        published_at=seen - timedelta(minutes=9), outlet=source.title, outlet_side=source.side,
    )  # fmt: skip
    kept = _with(kept, item)
    match = Match(
        watchlist=watchlist, rule="named", severity=severity, score=0.9,
        evidence=evidence(kept, *terms, field=field) if terms else (), reason=reason,
    )  # fmt: skip
    return StoryItem(
        id=number, item=kept, feed=source, first_seen_at=seen, revision=1, contacts=contacts,
        matches=(match,) if terms else (),
        coverage=Coverage.MATCHED if severity.rank >= Severity.MEDIUM.rank else Coverage.RELATED,
    )  # fmt: skip


def _with(item: Item, changes: Mapping[str, Any]) -> Item:
    known = {name: getattr(item, name) for name in Item.__dataclass_fields__}
    return Item(**known | dict(changes))


_RECEIVED = Contact(
    type=ContactType.MEETING, status=ContactStatus.HAPPENED,
    watchlist="russia-libya-contacts", parties={"russia": ("Andrei Belousov",), "libya": ("Khalifa Haftar",)}, place="Moscow", date="2026-11-23",
)  # fmt: skip
_INVITED = Contact(
    type=ContactType.VISIT, status=ContactStatus.PLANNED,
    watchlist="russia-libya-contacts", parties={"russia": ("Yunus-bek Yevkurov",), "libya": ("Saddam Haftar",)}, place="Benghazi", date="2026-12",
)  # fmt: skip
_CALLED = Contact(
    type=ContactType.CALL, status=ContactStatus.DENIED,
    watchlist="russia-libya-contacts", parties={"russia": ("Sergei Lavrov",), "libya": ("Abdulhamid Dbeibah",)},
)  # fmt: skip


_TITLES = {
    "russia": {
        "en": "Russian side", "fr": "Côté russe", "it": "Parte russa", "ru": "Российская сторона",
        "ar": "الجانب الروسي", "tr": "Rus tarafı",
    },
    "libya": {
        "en": "Libyan side", "fr": "Côté libyen", "it": "Parte libica", "ru": "Ливийская сторона",
        "ar": "الجانب الليبي", "tr": "Libya tarafı",
    },
}  # fmt: skip


@cache
def judge() -> StoryJudge:
    """Of the invented persons, by the sides that the product comes with."""
    people = frozenset(name for c in (_RECEIVED, _INVITED, _CALLED) for name in c.names)
    return StoryJudge(people, shipped_press(), {"russia-libya-contacts": _TITLES})


def judged(lang: str = "en") -> tuple[Judged, ...]:
    """`stories()` as they are told to a reader of `lang`."""
    return tuple(judge().judge(story, lang) for story in stories())


def stories() -> tuple[Story, ...]:
    """Seven stories, newest first: two loud, three middling, two that are only related."""
    return (_received(), _convoy(), _council(), _denied(), _port(), _review(), _elsewhere())


def _received() -> Story:
    why = "a Russian and a Libyan official in one sentence with a word of meeting"
    return Story(
        id="s-4f19",
        items=(
            story_item(
                31, "gulf", "Haftar received in Moscow as defence ministry promises more instructors",
                "The eastern commander flew in overnight. Khalifa Haftar met Defence Minister Andrei "
                "Belousov at the "
                "ministry on Monday, and both sides spoke of instructors for two garrisons south of "
                "Sirte. No text "
                "was signed.",
                "Khalifa Haftar", "met", "Andrei Belousov", reason=why, contacts=(_RECEIVED,), fulltext=Fulltext.READ,
            ),
            story_item(
                32, "volga", "Белоусов принял Хафтара: обсуждалась подготовка военных специалистов",
                "Встреча прошла за закрытыми дверями. Министр обороны Андрей Белоусов провёл переговоры с "
                "маршалом Халифой Хафтаром, сообщили в ведомстве. Подробности не раскрываются.",
                "Андрей Белоусов", "переговоры", "Халифой Хафтаром", reason=why, contacts=(_RECEIVED,),
            ),
            story_item(
                33, "barqa", "القائد العام يلتقي وزير الدفاع الروسي في موسكو",
                "وصل الوفد فجر اليوم. التقى المشير خليفة حفتر وزير الدفاع الروسي أندريه بيلوسوف في موسكو، "
                "وبحث الجانبان برامج تدريب جديدة. ويعود الوفد مساءً.",
                "خليفة حفتر", "التقى", "أندريه بيلوسوف", reason=why, contacts=(_RECEIVED, _INVITED),
            ),
        ),
    )  # fmt: skip


def _convoy() -> Story:
    return Story(
        id="s-71c2",
        items=(
            story_item(
                24, "sahel", "Une colonne d'Africa Corps quitte Brak pour le sud, selon des chauffeurs",
                "Le convoi a été vu à l'aube. Une trentaine de véhicules d'Africa Corps, l'héritier "
                "de Wagner, ont "
                "pris la route du Niger depuis la base de Brak. L'armée n'a pas répondu.",
                "Africa Corps", "Wagner", watchlist="wagner", reason="names Africa Corps and Wagner",
            ),
            story_item(
                25, "delta", "Drivers describe a night convoy leaving Brak air base",
                "Three drivers gave the same account. Men they knew as Wagner fighters rode in "
                "unmarked lorries, they "
                "said. Their account could not be checked.",
                "Wagner fighters", watchlist="wagner", reason="names Wagner fighters",
            ),
        ),
    )  # fmt: skip


def _council() -> Story:
    return Story(
        id="s-90aa",
        items=(
            story_item(
                16, "council", "Council renews call for all foreign forces to leave Libya",
                "The vote was fourteen to none. The Security Council again demanded the withdrawal "
                "of all foreign "
                "forces, fighters and mercenaries from Libya without delay. One member abstained.",
                "Security Council", "demanded the withdrawal", "mercenaries", "Libya", watchlist="un-withdrawal",
                severity=Severity.MEDIUM, reason="a UN body demands withdrawal from Libya",
            ),
        ),
    )  # fmt: skip


def _denied() -> Story:
    return Story(
        id="s-b3d0",
        items=(
            story_item(
                15, "tripoli", "الحكومة تنفي إجراء اتصال هاتفي بين الدبيبة ولافروف",
                "تداولت صفحات الخبر منذ الصباح. نفى المتحدث إجراء أي اتصال بين عبد الحميد الدبيبة "
                "وسيرغي لافروف هذا "
                "الأسبوع. ولم يصدر تعليق من موسكو.",
                "عبد الحميد الدبيبة", "اتصال", "سيرغي لافروف", severity=Severity.MEDIUM,
                reason="a call is denied", contacts=(_CALLED,),
            ),
        ),
    )  # fmt: skip


def _port() -> Story:
    return Story(
        id="s-c417",
        items=(
            story_item(
                14, "porto", "Tobruk, tecnici russi misurano i fondali del porto: “Lavori entro l'estate”",
                "", "squadra russa", "ha incontrato", "porto di Tobruk", field="summary",
                summary="Una squadra russa ha incontrato i dirigenti del porto di Tobruk.",
                severity=Severity.MEDIUM, reason="Russian side and a Libyan port in one sentence",
                published_at=datetime(2062, 3, 1, tzinfo=UTC), date_flag=DateFlag.FUTURE,
            ),
        ),
    )  # fmt: skip


def _review() -> Story:
    return Story(
        id="s-d5e8",
        items=(
            story_item(
                9, "bogaz", "Bingazi'de Rusça kursu açıldı, büyükelçilik temsilcisi katıldı",
                "Açılışta konuşma yapılmadı. Rus büyükelçiliğinden bir temsilci Bingazi belediyesini "
                "ziyaret etti. "
                "Kurs ocakta başlıyor.",
                "Rus büyükelçiliğinden", "ziyaret etti", severity=Severity.LOW, reason="a weak sign of contact",
            ),
        ),
    )  # fmt: skip


def _elsewhere() -> Story:
    return Story(
        id="s-e6f9",
        items=(
            story_item(
                8, "delta", "Envoy wants foreign units out of the eastern provinces by spring",
                "It concerns another country. The UN envoy asked that foreign units withdraw from "
                "the provinces. Talks "
                "resume in January.",
                "withdraw", watchlist="un-withdrawal", severity=Severity.LOW, reason="withdrawal, but not from Libya",
            ),
        ),
    )  # fmt: skip
