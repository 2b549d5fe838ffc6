"""Contacts are read from sentences: who with whom, of what kind, whether it took place, and where there is none."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.contacts.extract import extractor
from monitor.model import Contact, Item, Side
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from monitor.matching.matcher import ContactExtractor
    from monitor.matching.rules import Watchlists

ROOT = Path(__file__).parents[3]
PUBLISHED = datetime(2024, 5, 10, 12, tzinfo=UTC)  # a Friday


@cache
def lists() -> Watchlists:
    return load(ROOT / "watchlists")


@cache
def extract() -> ContactExtractor:
    return extractor(lists())


def contacts(lang: str, content: str, *, title: str = "", summary: str = "") -> tuple[Contact, ...]:
    """What the sentences say, whatever the words say elsewhere."""
    item = Item(
        key="k", feed_id="f", title=title, summary=summary, content=content, lang=lang,
        published_at=PUBLISHED, outlet="", outlet_side=Side("unknown"),
    )  # fmt: skip
    told = extract()(lists().lexicon.scan(item), "russia-libya-contacts")
    return tuple(one.contact for one in told)


def told(found: tuple[Contact, ...]) -> list[str]:
    """Each contact in one line."""
    return [f"{c.type} {c.status}: {' | '.join(map(', '.join, c.parties.values()))}" for c in found]


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        pytest.param("it", "Evkurov ha incontrato il generale Saddam Haftar.", "meeting happened: Yunus-bek Yevkurov | Saddam Haftar", id="it the title of another"),
        pytest.param("en", "Putin met Haftar in Moscow on Thursday.", "meeting happened: Vladimir Putin | Khalifa Haftar", id="en active"),
        pytest.param("en", "Haftar was received by Lavrov at the ministry.", "meeting happened: Sergei Lavrov | Khalifa Haftar", id="en passive"),
        pytest.param("en", "Talks between Yevkurov and Saddam Haftar ended late.", "meeting happened: Yunus-bek Yevkurov | Saddam Haftar", id="en nominal"),
        pytest.param("en", "Dbeibah held talks with Lavrov, Shoigu and Patrushev in Moscow.", "meeting happened: Sergei Lavrov, Sergei Shoigu, Nikolai Patrushev | Abdulhamid Dbeibah", id="en list"),
        pytest.param("en", "Al-Menfi spoke with Putin on the sidelines of the summit in St Petersburg.", "meeting happened: Vladimir Putin | Mohamed al-Menfi", id="en sidelines"),
        pytest.param("en", "Lavrov will receive Mangoush on Thursday.", "meeting planned: Sergei Lavrov | Najla al-Mangoush", id="en future"),
        pytest.param("en", "The Kremlin denied that Putin had met Haftar.", "meeting denied: Vladimir Putin | Khalifa Haftar", id="en denied that"),
        pytest.param("en", "Putin did not meet Haftar, Peskov said.", "meeting denied: Vladimir Putin | Khalifa Haftar", id="en negated"),
        pytest.param("en", "A Putin-Haftar meeting did not take place.", "meeting denied: Vladimir Putin | Khalifa Haftar", id="en negated behind the noun"),
        pytest.param("en", "Dbeibah's visit to Moscow to see Mishustin was postponed.", "visit postponed: Mikhail Mishustin | Abdulhamid Dbeibah", id="en postponed"),
        pytest.param("en", "The meeting of Bogdanov with Aguila Saleh was called off.", "meeting cancelled: Mikhail Bogdanov | Aguila Saleh", id="en cancelled"),
        pytest.param("en", "Putin invited al-Menfi to the summit in Kazan.", "visit invited: Vladimir Putin | Mohamed al-Menfi", id="en invited"),
        pytest.param("en", "Lavrov phoned al-Menfi and Dbeibah.", "call happened: Sergei Lavrov | Mohamed al-Menfi, Abdulhamid Dbeibah", id="en call"),
        pytest.param("en", "Haftar sent a letter to Putin.", "message happened: Vladimir Putin | Khalifa Haftar", id="en letter"),
        pytest.param("en", "Tatneft and Libya's National Oil Corporation signed an agreement.", "agreement happened: Tatneft | National Oil Corporation", id="en agreement"),
        pytest.param("fr", "Le maréchal Haftar a été reçu vendredi par Vladimir Poutine.", "meeting happened: Vladimir Putin | Khalifa Haftar", id="fr passive"),
        pytest.param("fr", "Tête-à-tête entre Sergueï Lavrov et Aguila Saleh à Moscou.", "meeting happened: Sergei Lavrov | Aguila Saleh", id="fr nominal"),
        pytest.param("fr", "Sergueï Lavrov rencontrera Mohamed el-Menfi mardi.", "meeting planned: Sergei Lavrov | Mohamed al-Menfi", id="fr future"),
        pytest.param("fr", "Bogdanov n'a pas rencontré Haftar, selon l'ambassade.", "meeting denied: Mikhail Bogdanov | Khalifa Haftar", id="fr negated"),
        pytest.param("fr", "La visite de Dbeibah à Moscou, où l'attendait Lavrov, est reportée.", "visit postponed: Sergei Lavrov | Abdulhamid Dbeibah", id="fr postponed"),
        pytest.param("it", "Haftar è stato ricevuto da Putin al Cremlino.", "meeting happened: Vladimir Putin | Khalifa Haftar", id="it passive"),
        pytest.param("it", "Lavrov incontrerà al Menfi a Mosca.", "meeting planned: Sergei Lavrov | Mohamed al-Menfi", id="it future"),
        pytest.param("it", "Colloquio telefonico tra Lavrov e Dbeibah.", "call happened: Sergei Lavrov | Abdulhamid Dbeibah", id="it call"),
        pytest.param("it", "Bogdanov non ha incontrato Haftar.", "meeting denied: Mikhail Bogdanov | Khalifa Haftar", id="it negated"),
        pytest.param("ru", "Халифа Хафтар был принят Владимиром Путиным в Кремле.", "meeting happened: Vladimir Putin | Khalifa Haftar", id="ru passive"),
        pytest.param("ru", "В Москве состоялась встреча Лаврова с Агилой Салехом.", "meeting happened: Sergei Lavrov | Aguila Saleh", id="ru nominal"),
        pytest.param("ru", "Лавров встретится с Менфи в среду.", "meeting planned: Sergei Lavrov | Mohamed al-Menfi", id="ru perfective future"),
        pytest.param("ru", "Путин не встречался с Хафтаром, заявил Песков.", "meeting denied: Vladimir Putin | Khalifa Haftar", id="ru negated"),
        pytest.param("ru", "Визит Дбейбы в Москву и переговоры с Мишустиным перенесены.", "meeting postponed: Mikhail Mishustin | Abdulhamid Dbeibah", id="ru postponed"),
        pytest.param("ru", "Евкуров пригласил Хафтара в Москву.", "visit invited: Yunus-bek Yevkurov | Khalifa Haftar", id="ru invited"),
        pytest.param("ar", "استقبل الرئيس الروسي فلاديمير بوتين المشير خليفة حفتر في موسكو.", "meeting happened: Vladimir Putin | Khalifa Haftar", id="ar verb first"),
        pytest.param("ar", "بحث عقيلة صالح مع لافروف الأوضاع في ليبيا.", "meeting happened: Sergei Lavrov | Aguila Saleh", id="ar with"),
        pytest.param("ar", "سيلتقي لافروف رئيس المجلس الرئاسي محمد المنفي في موسكو.", "meeting planned: Sergei Lavrov | Mohamed al-Menfi", id="ar future"),
        pytest.param("ar", "نفى الكرملين عقد لقاء بين بوتين وحفتر.", "meeting denied: Vladimir Putin | Khalifa Haftar", id="ar denied"),
        pytest.param("ar", "تلقى المنفي اتصالا هاتفيا من لافروف.", "call happened: Sergei Lavrov | Mohamed al-Menfi", id="ar call"),
        pytest.param("ar", "إرجاء لقاء بوغدانوف والدبيبة إلى موعد لاحق.", "meeting postponed: Mikhail Bogdanov | Abdulhamid Dbeibah", id="ar postponed"),
        pytest.param("tr", "Putin, Moskova'da Hafter ile görüştü.", "meeting happened: Vladimir Putin | Khalifa Haftar", id="tr active"),
        pytest.param("tr", "Hafter, Putin tarafından Kremlin'de kabul edildi.", "meeting happened: Vladimir Putin | Khalifa Haftar", id="tr passive"),
        pytest.param("tr", "Lavrov, Menfi ile salı günü görüşecek.", "meeting planned: Sergei Lavrov | Mohamed al-Menfi", id="tr future"),
        pytest.param("tr", "Kremlin, Putin'in Hafter ile görüştüğünü yalanladı.", "meeting denied: Vladimir Putin | Khalifa Haftar", id="tr denied"),
        pytest.param("tr", "Putin, Hafter ile görüşmedi.", "meeting denied: Vladimir Putin | Khalifa Haftar", id="tr negated"),
        pytest.param("tr", "Lavrov'un Dibeybe ile görüşmesi ertelendi.", "meeting postponed: Sergei Lavrov | Abdulhamid Dbeibah", id="tr postponed"),
    ],
)  # fmt: skip
def test_one_sentence_tells_who_met_whom(lang: str, text: str, wanted: str) -> None:
    """Kind, status and both sides, whatever the construction."""
    assert told(contacts(lang, text)) == [wanted]


@pytest.mark.parametrize(
    ("lang", "text", "status"),
    [
        pytest.param(
            "en", "The meeting of Lavrov with Haftar never took place.", "denied", id="en behind two names"
        ),
        pytest.param(
            "en", "The planned talks between Lavrov and Haftar did not happen.", "denied", id="en planned"
        ),
        pytest.param(
            "en", "Talks between Lavrov and Haftar did not bring results.", "happened", id="en no result"
        ),
        pytest.param(
            "en", "Lavrov met Haftar; a second round did not take place.", "happened", id="en another clause"
        ),
        pytest.param("fr", "La rencontre de Lavrov et de Haftar n'a jamais eu lieu.", "denied", id="fr"),
        pytest.param("it", "L'incontro tra Lavrov e Haftar non si è svolto.", "denied", id="it"),
        pytest.param("ru", "Встреча Лаврова и Хафтара так и не состоялась.", "denied", id="ru"),
        pytest.param("ar", "اللقاء بين لافروف وحفتر لم يتم.", "denied", id="ar"),
        pytest.param("tr", "Lavrov ile Hafter arasındaki görüşme gerçekleşmedi.", "denied", id="tr"),
    ],
)
def test_what_did_not_take_place(lang: str, text: str, status: str) -> None:
    """The verb stands far behind the noun, with both names between them."""
    assert [str(contact.status) for contact in contacts(lang, text)] == [status]


def test_what_somebody_says_is_no_clause_about_another() -> None:
    """Italian "che" begins what is said, and what is said of the one before it."""
    text = "Il comandante Khalifa Haftar è arrivato a Mosca e ha detto che incontrerà Lavrov."
    assert [str(contact.status) for contact in contacts("it", text)] == ["happened", "planned"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        pytest.param("en", "Erdogan spoke with Putin about Libya and Haftar.", id="en topic"),
        pytest.param("en", "Lavrov said that Haftar had met al-Menfi in Cairo.", id="en speaker"),
        pytest.param("en", "Haftar met US envoy Norland, who warned him about Putin.", id="en third party"),
        pytest.param("en", "Lavrov received Hanna Tetteh and spoke of Haftar's role.", id="en UN envoy"),
        pytest.param("en", "Putin and Sisi discussed Haftar.", id="en object"),
        pytest.param("fr", "Lavrov et Fidan ont évoqué le sort de Haftar.", id="fr object"),
        pytest.param("fr", "Emmanuel Macron a reçu Haftar et critiqué Poutine.", id="fr third party"),
        pytest.param("it", "Meloni ha incontrato Haftar e parlato di Putin.", id="it third party"),
        pytest.param("it", "Lavrov e Fidan hanno discusso la posizione di Haftar.", id="it object"),
        pytest.param("ru", "Путин и Эрдоган обсудили по телефону роль Хафтара.", id="ru object"),
        pytest.param("ru", "Лавров прокомментировал встречу Хафтара с Мелони.", id="ru speaker"),
        pytest.param("ar", "ناقش بوتين وأردوغان موقف حفتر.", id="ar object"),
        pytest.param("ar", "التقى حفتر السفير الأمريكي الذي حذر من بوتين.", id="ar third party"),
        pytest.param("tr", "Erdoğan, Putin ile Hafter'i konuştu.", id="tr object"),
        pytest.param("tr", "Lavrov ile Fidan, Hafter hakkında görüştü.", id="tr topic"),
    ],
)
def test_no_contact_without_two_sides_that_meet(lang: str, text: str) -> None:
    """A third party's talks, a view, or somebody spoken about make no contact."""
    assert told(contacts(lang, text)) == []


@pytest.mark.parametrize(
    ("lang", "title", "content", "wanted"),
    [
        pytest.param("en", "Haftar in Moscow", "The field marshal was met at the airport by Yevkurov and later saw Putin.",
                     "meeting happened: Yunus-bek Yevkurov, Vladimir Putin | Khalifa Haftar", id="a title for a name"),
        pytest.param("en", "", "Lavrov received al-Menfi. The two discussed elections. Bogdanov was also in the room.",
                     "meeting happened: Sergei Lavrov, Mikhail Bogdanov | Mohamed al-Menfi", id="more people of one event"),
        pytest.param("en", "", "Lavrov met Haftar. Shoigu met Aguila Saleh. Bogdanov was in the room.",
                     "meeting happened: Sergei Shoigu | Aguila Saleh", id="who is only there joins nobody"),
        pytest.param("en", "", "Lavrov met LNA commander Khalifa Haftar.",
                     "meeting happened: Sergei Lavrov | Khalifa Haftar", id="a body that says who he is"),
        pytest.param("en", "", "Lavrov met Khalifa Haftar, commander of the Libyan National Army.",
                     "meeting happened: Sergei Lavrov | Khalifa Haftar", id="a body behind his name"),
        pytest.param("en", "", "Lavrov met a commander and the Libyan National Army.",
                     "meeting happened: Sergei Lavrov | Libyan National Army", id="a body beside somebody"),
        pytest.param("en", "", "The minister, Libya and Lavrov met.",
                     "meeting happened: Sergei Lavrov | Libya", id="a comma keeps a country and an office apart"),
        pytest.param("en", "", "The minister of Libya met Lavrov.",
                     "meeting happened: Sergei Lavrov | Libyan minister", id="a country behind the office"),
        pytest.param("en", "", "Haftar arrived in Moscow at the invitation of Putin.",
                     "visit happened: Vladimir Putin | Khalifa Haftar", id="an invitation that was followed"),
        pytest.param("tr", "", "Erdoğan Sisi ile, Putin Hafter ile görüştü.",
                     "meeting happened: Vladimir Putin | Khalifa Haftar", id="two pairs before one verb"),
        pytest.param("en", "", "Mohamed al-Haddad met Belousov, who denied accusations of corruption.",
                     "meeting happened: Andrei Belousov | Mohamed al-Haddad", id="the denial is of something else"),
        pytest.param("en", "", "Haftar, whose troops hold the east, was received by Putin.",
                     "meeting happened: Vladimir Putin | Khalifa Haftar", id="a clause between"),
        pytest.param("en", "", "Putin, Erdogan and Dbeibah met in Sochi.",
                     "meeting happened: Vladimir Putin | Abdulhamid Dbeibah", id="a third party in the same list"),
        pytest.param("en", "", "Erdogan said Lavrov had met Haftar.",
                     "meeting happened: Sergei Lavrov | Khalifa Haftar", id="a third party only speaks"),
        pytest.param("it", "Haftar a Mosca", "Il generale è arrivato martedì. È stato ricevuto da Shoigu.",
                     "meeting happened: Sergei Shoigu | Khalifa Haftar", id="a subject left out"),
        pytest.param("ru", "Хафтар в Москве", "Маршал прилетел во вторник. Его принял министр обороны Андрей Белоусов.",
                     "meeting happened: Andrei Belousov | Khalifa Haftar", id="a pronoun"),
        pytest.param("ar", "حفتر في موسكو", "وصل المشير خليفة حفتر الثلاثاء. واستقبله وزير الدفاع الروسي سيرغي شويغو.",
                     "meeting happened: Sergei Shoigu | Khalifa Haftar", id="a pronoun that is a suffix"),
        pytest.param("ru", "", "Ливийский министр обороны встретился с Евкуровым.",
                     "meeting happened: Yunus-bek Yevkurov | Libyan defence minister", id="an office without a name"),
    ],
)  # fmt: skip
def test_the_story_so_far_says_who_is_meant(lang: str, title: str, content: str, wanted: str) -> None:
    """Title, lead and the sentences before lend what a sentence leaves out."""
    assert wanted in told(contacts(lang, content, title=title))


@pytest.mark.parametrize(
    ("lang", "text", "place"),
    [
        pytest.param("en", "Moscow denied that Haftar had met Lavrov in Sochi.", "Sochi", id="en"),
        pytest.param("fr", "Tripoli dément toute visite de Dbeibah à Moscou chez Lavrov.", "Moscow", id="fr"),
        pytest.param("ar", "نفت موسكو لقاء لافروف وحفتر في سوتشي.", "Sochi", id="ar"),
        pytest.param(
            "en",
            "Lavrov received Haftar in Moscow, the ministry said.",
            "Moscow",
            id="a place beside no verb",
        ),
    ],
)
def test_a_capital_that_speaks_is_no_place(lang: str, text: str, place: str) -> None:
    """It stands for its state."""
    assert [contact.place for contact in contacts(lang, text)] == [place]


@pytest.mark.parametrize(
    ("content", "place", "day", "background"),
    [
        ("Putin met Haftar in Moscow on Thursday.", "Moscow", "2024-05-09", False),
        ("Yevkurov will meet Haftar in Benghazi on Monday.", "Benghazi", "2024-05-13", False),
        ("The port is crowded. On 2 May 2024 Putin received Haftar in Sochi.", "Sochi", "2024-05-02", False),
        (
            "The port is crowded. On 20 April 2024 Putin received Haftar in Sochi.",
            "Sochi",
            "2024-04-20",
            True,
        ),
        ("The port is crowded. In September 2023 Putin received Haftar in Sochi.", "Sochi", "2023-09", True),
    ],
)
def test_a_contact_has_its_place_and_day(content: str, place: str, day: str, *, background: bool) -> None:
    """And what took place long before the item is background."""
    (found,) = contacts("en", content)
    assert (found.place, found.date, found.background) == (place, day, background)


@pytest.mark.parametrize(
    ("text", "wanted", "general"),
    [
        pytest.param("Putin met Haftar.", "meeting happened: Vladimir Putin | Khalifa Haftar", set(), id="both by name"),
        pytest.param("Haftar met the Russian president.", "meeting happened: Vladimir Putin | Khalifa Haftar", set(), id="an office that one person has"),
        pytest.param("The Russian foreign minister met Haftar.", "meeting happened: Russian foreign minister | Khalifa Haftar", set(), id="an office without a name"),
        pytest.param("A Russian foreign ministry spokeswoman met Haftar.", "meeting happened: Russian Foreign Ministry | Khalifa Haftar", set(), id="somebody of a ministry"),
        pytest.param("Haftar met with a Kremlin spokesman.", "meeting happened: Kremlin | Khalifa Haftar", {"Kremlin"}, id="somebody of a palace"),
        pytest.param("Lavrov met a Libyan delegation.", "meeting happened: Sergei Lavrov | Libyan delegation", {"Libyan delegation"}, id="people without a name"),
        pytest.param("Russia sent arms to Haftar.", "transfer happened: Russia | Khalifa Haftar", {"Russia"}, id="a country for its people"),
        pytest.param("Talks between Russia and Libya were held.", "meeting happened: Russia | Libya", {"Russia", "Libya"}, id="two countries"),
    ],
)  # fmt: skip
def test_a_name_for_everybody_is_told_from_a_name_of_somebody(
    text: str, wanted: str, general: set[str]
) -> None:
    """What stands for a whole party leaves open who it was: two such reports may be one contact, or not."""
    (found,) = contacts("en", text)
    assert told((found,)) == [wanted]
    assert found.general == general


def test_evidence_is_what_stands_in_the_text() -> None:
    """Every piece is the slice of its field that its offsets say, accents and vowel signs included."""
    for lang, text in (
        ("fr", "Poutine a reçu Haftar à Moscou."),
        ("ar", "استقبلَ بوتين المشيرَ حفتـر في موسكو."),
    ):
        (found,) = contacts(lang, text)
        assert {e.term for e in found.evidence} >= {"vladimir-putin", "khalifa-haftar", "contact"}
        assert all(text[e.start : e.end] == e.text for e in found.evidence)


@pytest.mark.parametrize(
    "text",
    ["Haftar met Putin " * 3000, "Haftar met Putin. " * 3000, "ه" * 100_000, "\ud800 Haftar met Putin"],
)
def test_odd_text_is_read_without_harm(text: str) -> None:
    """Endless sentences, endless words, half a letter: some answer, soon."""
    contacts("en", text)
