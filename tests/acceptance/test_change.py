"""A story that changes: who hears of it again, and what the first line says. Real texts, matcher, store, templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.config import load as settings
from monitor.config.model import ReceiverConfig
from monitor.config.routes import RouteConfig
from monitor.contacts.extract import extractor, listener
from monitor.contacts.parties import persons
from monitor.jobs import poll as polling
from monitor.jobs.alert import Alerter, alert_due
from monitor.matching.matcher import Matcher
from monitor.messages.templates import load as load_templates
from monitor.model import Assessed, Coverage, Delivered, Feed, FeedState, Item, Novelty, PollRecord, Side
from monitor.store import alerts, feeds, outbox, stories
from monitor.store.database import Database
from monitor.stories.judgement import StoryJudge
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.watchlists.compile import Watchlists

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DESK = ReceiverConfig.model_validate({"name": "desk", "file": {"path": "out"}})
ROUTE = RouteConfig(receiver="desk", group_wait=timedelta(0), group_interval=timedelta(0))
FEEDS = {
    feed.id: feed
    for feed in (
        Feed(id="neva", url="https://neva.example/rss", title="Невский вестник", side=Side("russia-state"), reliability="C"),
        Feed(id="volga", url="https://volga.example/rss", title="Волга сегодня", side=Side("russia-state"), reliability="C"),
        Feed(id="barqa", url="https://barqa.example/rss", title="برقة الآن", side=Side("libya-east"), reliability="D"),
        Feed(id="tripoli", url="https://tripoli.example/rss", title="Tripoli Morning", side=Side("libya-west"), reliability="C"),
        *(Feed(id=f"copy{n}", url=f"https://copy{n}.example/rss", title=f"Copy {n}", side=Side("independent"), reliability="C")
          for n in range(5)),
    )
}  # fmt: skip
PLANNED = (
    "Белоусов примет Хафтара в Москве на этой неделе",
    "Министр обороны России Андрей Белоусов встретится в Москве с командующим Халифой Хафтаром, сообщили в ведомстве. "
    "Встреча запланирована на среду, 4 марта. О чём пойдёт речь, в сообщении не сказано, журналистов на неё не пустят.",
)
HAPPENED = (
    "المشير حفتر يلتقي وزير الدفاع الروسي بيلوسوف في موسكو",
    "التقى المشير خليفة حفتر اليوم الأربعاء 4 مارس وزير الدفاع الروسي أندريه بيلوسوف في موسكو، وبحث الجانبان التدريب.",
)
DENIED = (
    "Tripoli government denies that Haftar met Belousov in Moscow",
    "The Government of National Unity denied that Khalifa Haftar had met Russian Defence Minister Andrei Belousov in "
    "Moscow on 4 March.",
)


@pytest.fixture(scope="module")
def lists() -> Watchlists:
    """The bundled watchlists."""
    return load(settings.bundled("watchlists"))


@pytest.fixture(scope="module")
def matcher(lists: Watchlists) -> Matcher:
    """As the daemon has it."""
    return Matcher(lists, extract=extractor(lists), denier=listener(lists))


@dataclass
class World:
    """A monitor whose polls are given, with what a desk was sent."""

    db: Database
    matcher: Matcher
    judge: StoryJudge
    now: datetime = NOON
    seen: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, feed_id: str, text: tuple[str, str], days: float, *, lang: str, **more: Any) -> None:
        """One new entry of a feed, `days` after the first; then everything that is due is alerted."""
        self.now, self.seen = NOON + timedelta(days=days), self.seen + 1
        key = more.pop("key", f"guid:{self.seen}")
        feed = FEEDS[feed_id]
        item = Item(
            key=key, feed_id=feed_id, title=text[0], content=text[1], lang=lang, published_at=self.now,
            outlet=feed.title, outlet_side=feed.side, content_hash=str(self.seen), **more,
        )  # fmt: skip
        decision = self.matcher.decide(item)
        assert decision.matches
        entry = Assessed(
            item=item, novelty=Novelty.NEW, decision=decision, coverage=Coverage.MATCHED, coverage_detail=""
        )
        self.poll(feed_id, (entry,))

    def poll(self, feed_id: str, entries: tuple[Assessed, ...], **more: Any) -> None:
        """A poll of `feed_id`, and the alerts that follow."""
        state = FeedState(feed=FEEDS[feed_id], next_poll_at=self.now, last_polled_at=self.now)
        with self.db.transaction() as tx:
            polling.write(
                tx, PollRecord(state=state, at=self.now, assessed=entries, **more), ROUTE, self.judge
            )
        alerter = Alerter(
            db=self.db, templates=load_templates(settings.bundled("templates")), receivers={"desk": DESK},
            titles={}, judge=self.judge, public_url=None, clock=lambda: self.now,
        )  # fmt: skip
        alert_due(alerter)
        with self.db.transaction() as tx:
            while (d := outbox.claim(tx, self.now, lease=timedelta(days=99), token="t")) is not None:
                self.told.append(d.message.payload["files"])
                outbox.settle(tx, d, Delivered(), None, self.now)

    @property
    def first_lines(self) -> list[str]:
        """The first line, unwrapped, of each message."""
        return [" ".join(files["txt"].split("\n\n")[0].split()) for files in self.told]


@pytest.fixture
def world(tmp_path: Path, matcher: Matcher, lists: Watchlists) -> Iterator[World]:
    """An empty one."""
    db = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    with db.transaction() as tx:
        feeds.sync(tx, FEEDS.values(), NOON, jitter=lambda: 0.0)
    yield World(db, matcher, StoryJudge(persons(lists.entities.values()), lists.press))
    db.close()


def test_planned_confirmed_denied_are_three_alerts(world: World) -> None:
    """Each says first what is new, and what was known before."""
    world.tell("neva", PLANNED, 0, lang="ru")
    world.tell("barqa", HAPPENED, 2, lang="ar")
    world.tell("tripoli", DENIED, 2.5, lang="en")

    assert world.first_lines == [
        "Alert: New story",
        "Update: Took place; was: planned. Now confirmed by eastern Libyan media; was: Russian state media only.",
        "Update: Denied by the Government of National Unity, reported by western Libyan media; was: took place.",
    ]
    assert "C3 (fairly reliable, possibly true): reported by Russian state media; no other side" in _plain(
        world, 0
    )
    assert (
        "C2 (fairly reliable, probably true): reported by Russian state and eastern Libyan media; no"
        in _plain(world, 1)
    )
    assert "C4 (fairly reliable, doubtful)" in _plain(world, 2)
    assert "planned 2 March → took place 4 March → denied 5 March" in _plain(world, 2)
    with world.db.snapshot() as tx:
        (story,) = stories.recent(tx, NOON)
        standings = [group.told for group in alerts.sent(tx, "desk", story.id)]
    assert [standing and standing.denied_by for standing in standings] == [
        frozenset(),
        frozenset(),
        frozenset({Side("libya-west")}),
    ]


def _plain(world: World, number: int) -> str:
    return " ".join(world.told[number]["txt"].split())


def test_copies_and_known_sides_are_not_told_again(world: World) -> None:
    """Five outlets print the text, another of the same side writes its own: the digest has them."""
    world.tell("neva", PLANNED, 0, lang="ru")
    for n in range(5):
        world.tell(f"copy{n}", (f"{n}: {PLANNED[0]}", PLANNED[1]), 0.1, lang="ru")
    own = "Андрей Белоусов собирается встретиться с маршалом Халифой Хафтаром в российской столице, пишет газета."
    world.tell("volga", ("Хафтар на днях встретится с Белоусовым в Москве", own), 0.2, lang="ru")

    with world.db.snapshot() as tx:
        (story,) = stories.recent(tx, NOON)
    assert [item.copy_of is not None for item in story.items] == [False, *[True] * 5, False]
    assert world.first_lines == ["Alert: New story"]


def test_what_is_taken_back_is_told(world: World) -> None:
    """By name, and once."""
    world.tell("neva", PLANNED, 0, lang="ru")
    with world.db.snapshot() as tx:
        (story,) = stories.recent(tx, NOON)
    world.now = NOON + timedelta(hours=6)
    for _ in range(2):
        world.poll("neva", (), withdrawn=(story.items[0].id,))

    assert world.first_lines[1:] == ["Update: An entry was taken back by Невский вестник."]
    assert "taken back" in _plain(world, 1)


#: reports of one event that cannot both be true: language, headline and text of either
OPPOSITE: dict[str, tuple[str, str, str, str, str]] = {
    "en arrived, left": ("en", "Wagner fighters arrive at Derna harbour", "Fifty fighters of the Wagner Group arrived at Derna harbour on Tuesday.",
        "Wagner fighters leave Derna harbour", "Fifty fighters of the Wagner Group left Derna harbour on Tuesday."),
    "fr arrived, left": ("fr", "Des combattants de Wagner arrivent au port de Derna", "Cinquante combattants du groupe Wagner sont arrivés mardi au port de Derna.",
        "Des combattants de Wagner quittent le port de Derna", "Cinquante combattants du groupe Wagner ont quitté mardi le port de Derna."),
    "it arrived, left": ("it", "Combattenti Wagner arrivano al porto di Derna", "Cinquanta combattenti del gruppo Wagner sono arrivati martedì al porto di Derna.",
        "Combattenti Wagner lasciano il porto di Derna", "Cinquanta combattenti del gruppo Wagner hanno lasciato martedì il porto di Derna."),
    "ru arrived, left": ("ru", "Бойцы «Вагнера» прибыли в порт Дерны", "Пятьдесят бойцов группы «Вагнер» прибыли во вторник в порт Дерны.",
        "Бойцы «Вагнера» покинули порт Дерны", "Пятьдесят бойцов группы «Вагнер» покинули во вторник порт Дерны."),
    "ar arrived, left": ("ar", "مقاتلو فاغنر يصلون إلى ميناء درنة", "وصل خمسون مقاتلا من مجموعة فاغنر الثلاثاء إلى ميناء درنة.",
        "مقاتلو فاغنر يغادرون ميناء درنة", "غادر خمسون مقاتلا من مجموعة فاغنر الثلاثاء ميناء درنة."),
    "tr arrived, left": ("tr", "Wagner savaşçıları Derne limanına geldi", "Wagner Grubu'ndan elli savaşçı salı günü Derne limanına geldi.",
        "Wagner savaşçıları Derne limanından ayrıldı", "Wagner Grubu'ndan elli savaşçı salı günü Derne limanından ayrıldı."),
    "en agreed, refused": ("en", "Wagner agrees to hand over Brak airfield", "The Wagner Group agreed to hand over Brak airfield to the army.",
        "Wagner refuses to hand over Brak airfield", "The Wagner Group refused to hand over Brak airfield to the army."),
    "fr agreed, refused": ("fr", "Wagner accepte de remettre l'aérodrome de Brak", "Le groupe Wagner a accepté de remettre l'aérodrome de Brak à l'armée.",
        "Wagner refuse de remettre l'aérodrome de Brak", "Le groupe Wagner a refusé de remettre l'aérodrome de Brak à l'armée."),
    "it agreed, refused": ("it", "Wagner accetta di consegnare l'aeroporto di Brak", "Il gruppo Wagner ha accettato di consegnare l'aeroporto di Brak all'esercito.",
        "Wagner rifiuta di consegnare l'aeroporto di Brak", "Il gruppo Wagner ha rifiutato di consegnare l'aeroporto di Brak all'esercito."),
    "ru agreed, refused": ("ru", "«Вагнер» согласился передать аэродром Брак", "Группа «Вагнер» согласилась передать аэродром Брак армии.",
        "«Вагнер» отказался передать аэродром Брак", "Группа «Вагнер» отказалась передать аэродром Брак армии."),
    "ar agreed, refused": ("ar", "فاغنر توافق على تسليم مطار براك", "وافقت مجموعة فاغنر على تسليم مطار براك إلى الجيش.",
        "فاغنر ترفض تسليم مطار براك", "رفضت مجموعة فاغنر تسليم مطار براك إلى الجيش."),
    "tr agreed, refused": ("tr", "Wagner Brak havaalanını devretmeyi kabul etti", "Wagner Grubu Brak havaalanını orduya devretmeyi kabul etti.",
        "Wagner Brak havaalanını devretmeyi reddetti", "Wagner Grubu Brak havaalanını orduya devretmeyi reddetti."),
    "en will, will not": ("en", "Wagner fighters will leave Sebha", "Fighters of the Wagner Group will leave Sebha airport this month.",
        "Wagner fighters will not leave Sebha", "Fighters of the Wagner Group will not leave Sebha airport."),
    "fr will, will not": ("fr", "Les combattants de Wagner quitteront Sebha", "Les combattants du groupe Wagner quitteront l'aéroport de Sebha ce mois-ci.",
        "Les combattants de Wagner ne quitteront pas Sebha", "Les combattants du groupe Wagner ne quitteront pas l'aéroport de Sebha."),
    "it will, will not": ("it", "I combattenti Wagner lasceranno Sebha", "I combattenti del gruppo Wagner lasceranno l'aeroporto di Sebha questo mese.",
        "I combattenti Wagner non lasceranno Sebha", "I combattenti del gruppo Wagner non lasceranno l'aeroporto di Sebha."),
    "ru will, will not": ("ru", "Бойцы «Вагнера» покинут Себху", "Бойцы группы «Вагнер» покинут аэропорт Себхи в этом месяце.",
        "Бойцы «Вагнера» не покинут Себху", "Бойцы группы «Вагнер» не покинут аэропорт Себхи."),
    "ar will, will not": ("ar", "مقاتلو فاغنر سيغادرون سبها", "سيغادر مقاتلو مجموعة فاغنر مطار سبها هذا الشهر.",
        "مقاتلو فاغنر لن يغادروا سبها", "لن يغادر مقاتلو مجموعة فاغنر مطار سبها."),
    "tr will, will not": ("tr", "Wagner savaşçıları Sebha'dan ayrılacak", "Wagner Grubu savaşçıları bu ay Sebha havaalanından ayrılacak.",
        "Wagner savaşçıları Sebha'dan ayrılmayacak", "Wagner Grubu savaşçıları Sebha havaalanından ayrılmayacak."),
    "en some, none": ("en", "Wagner fighters arrive at Derna harbour", "Fifty fighters of the Wagner Group arrived at Derna harbour on Tuesday.",
        "No Wagner fighters arrived at Derna harbour", "No fighters of the Wagner Group arrived at Derna harbour on Tuesday."),
    "it some, none": ("it", "Combattenti Wagner arrivano al porto di Derna", "Cinquanta combattenti del gruppo Wagner sono arrivati martedì al porto di Derna.",
        "Nessun combattente Wagner è arrivato al porto di Derna", "Nessun combattente del gruppo Wagner è arrivato martedì al porto di Derna."),
}  # fmt: skip
#: contacts of which only one can be so
MEETINGS: dict[str, tuple[str, str, str, str, str]] = {
    "en agreed, refused": ("en", "Haftar agrees to meet Lavrov in Sochi", "Khalifa Haftar agreed to meet Sergei Lavrov in Sochi.",
        "Haftar refuses to meet Lavrov in Sochi", "Khalifa Haftar refused to meet Sergei Lavrov in Sochi."),
    "fr will, will not": ("fr", "Haftar rencontrera Lavrov à Sotchi", "Khalifa Haftar rencontrera Sergueï Lavrov à Sotchi dimanche.",
        "Haftar ne rencontrera pas Lavrov à Sotchi", "Khalifa Haftar ne rencontrera pas Sergueï Lavrov à Sotchi."),
    "ru met, refused": ("ru", "Хафтар встретится с Лавровым в Сочи", "Халифа Хафтар встретится с Сергеем Лавровым в Сочи.",
        "Хафтар отказался встретиться с Лавровым в Сочи", "Халифа Хафтар отказался встретиться с Сергеем Лавровым в Сочи."),
    "ar will, refused": ("ar", "حفتر سيلتقي لافروف في سوتشي", "سيلتقي خليفة حفتر سيرغي لافروف في سوتشي.",
        "حفتر يرفض لقاء لافروف في سوتشي", "رفض خليفة حفتر لقاء سيرغي لافروف في سوتشي."),
    "tr will, refused": ("tr", "Hafter Soçi'de Lavrov ile görüşecek", "Halife Hafter Soçi'de Sergey Lavrov ile görüşecek.",
        "Hafter Soçi'de Lavrov ile görüşmeyi reddetti", "Halife Hafter Soçi'de Sergey Lavrov ile görüşmeyi reddetti."),
    "it will, will not": ("it", "Haftar incontrerà Lavrov a Sochi", "Khalifa Haftar incontrerà Sergej Lavrov a Sochi.",
        "Haftar non incontrerà Lavrov a Sochi", "Khalifa Haftar non incontrerà Sergej Lavrov a Sochi."),
}  # fmt: skip
#: words by which a desk only passes on what is said
HEARSAY = {
    "en": ("Haftar reportedly met Lavrov in Sochi", "Khalifa Haftar reportedly met Sergei Lavrov in Sochi."),
    "fr": (
        "Haftar aurait rencontré Lavrov à Sotchi",
        "Khalifa Haftar aurait rencontré Sergueï Lavrov à Sotchi.",
    ),
    "it": (
        "Haftar avrebbe incontrato Lavrov a Sochi",
        "Khalifa Haftar avrebbe incontrato Sergej Lavrov a Sochi.",
    ),
    "ru": (
        "Хафтар якобы встретился с Лавровым в Сочи",
        "Халифа Хафтар якобы встретился с Сергеем Лавровым в Сочи.",
    ),
    "ar": (
        "أفادت تقارير بأن حفتر التقى لافروف في سوتشي",
        "أفادت تقارير بأن خليفة حفتر التقى سيرغي لافروف في سوتشي.",
    ),
    "tr": (
        "Hafter Soçi'de Lavrov ile görüşmüş",
        "Halife Hafter'in Soçi'de Sergey Lavrov ile görüştüğü iddia edildi.",
    ),
}
PLAN = ("Haftar to meet Lavrov in Sochi", "Khalifa Haftar will meet Sergei Lavrov in Sochi on Thursday.")


@pytest.mark.parametrize("case", OPPOSITE)
def test_opposite_statements_are_one_story_with_a_contradiction(world: World, case: str) -> None:
    """Never a confirmation, and no better grade."""
    lang, one, text, other, against = OPPOSITE[case]
    world.tell("copy0", (one, text), 0, lang=lang)
    world.tell("copy1", (other, against), 0.2, lang=lang)
    assert world.first_lines == ["Alert: New story", "Update: Contradicted by independent media."]
    assert "C4 (fairly reliable, doubtful): reported by independent media; no other voice" in _plain(world, 1)


@pytest.mark.parametrize("case", MEETINGS)
def test_opposite_statements_of_a_contact_are_one_story(world: World, case: str) -> None:
    """What one desk announces, the other says will not be."""
    lang, one, text, other, against = MEETINGS[case]
    world.tell("copy0", (one, text), 0, lang=lang)
    world.tell("copy1", (other, against), 0.2, lang=lang)
    assert world.first_lines == ["Alert: New story", "Update: Denied by independent media; was: planned."]
    assert "C4 (fairly reliable, doubtful)" in _plain(world, 1)


@pytest.mark.parametrize("lang", HEARSAY)
def test_what_is_only_said_confirms_nothing(world: World, lang: str) -> None:
    """A plan stays a plan until somebody says in his own name that it took place."""
    world.tell("copy0", PLAN, 0, lang="en")
    world.tell("copy1", HEARSAY[lang], 1, lang=lang)
    assert world.first_lines == ["Alert: New story"]
    world.tell(
        "neva",
        ("Лавров принял Хафтара", "Сергей Лавров принял в Сочи Халифу Хафтара, беседа длилась два часа."),
        1.2,
        lang="ru",
    )
    assert world.first_lines[1].startswith(
        "Update: Took place; was: planned. Now confirmed by Russian state media"
    )


def test_a_conditional_beside_a_postponement_says_only_when_it_was_due(world: World) -> None:
    """ "Where he would have met"."""
    world.tell(
        "copy0",
        ("Haftar incontrerà Lavrov a Sochi", "Khalifa Haftar incontrerà Sergej Lavrov a Sochi giovedì."),
        0,
        lang="it",
    )
    late = (
        "Rinviato il viaggio di Haftar a Sochi",
        "Khalifa Haftar ha rinviato il viaggio a Sochi, dove avrebbe incontrato Sergej Lavrov.",
    )
    world.tell("copy1", late, 1, lang="it")
    assert world.first_lines[1:] == ["Update: Postponed; was: planned."]
