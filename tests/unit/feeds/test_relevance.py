"""Whether a page is about what the entry says: no article is refused for its wording, and no wall is taken for one."""

from __future__ import annotations

import pytest

from monitor.feeds.fulltext import Article, NoArticle, extract
from monitor.feeds.relevance import Page, speaks_of

URL = "https://news.example/a"


def page(said: str, title: str = "Site", head: str = "") -> bytes:
    paragraphs = "".join(f"<p>{said} {n}</p>" for n in range(8))
    return (
        f"<html><head><title>{title}</title>{head}</head><body><div>{paragraphs}</div></body></html>".encode()
    )


INFLECTED = [
    pytest.param(
        "Представители Бенгази прибыли в Москву на переговоры",
        "Делегация из ливийского города прилетела в российскую столицу. Переговорщики обсудили с московскими чиновниками"
        " вопросы безопасности.",
        id="ru",
    ),
    pytest.param(
        "Ливийские боевики захватили нефтяное месторождение",
        "Вооружённые формирования на юге Ливии установили контроль над месторождением нефти. Захват произошёл ночью.",
        id="ru-short-forms",
    ),
    pytest.param(
        "Türkiye Libya'ya askeri danışman gönderecek",
        "Ankara, Trablus yönetimine danışmanlarını yollayacağını duyurdu. Askerî heyetler Libya'nın başkentinde görüşecek.",
        id="tr",
    ),
    pytest.param(
        "مقاتلون أجانب ينسحبون من سرت",
        "انسحب مئات المقاتلين الأجانب من المدينة بموجب الاتفاق وفق ما أعلنته اللجنة العسكرية المشتركة يوم الاثنين.",
        id="ar",
    ),
    pytest.param(
        "حفتر يستقبل وفدا روسيا في الرجمة",
        "استقبل القائد العام في مقر القيادة الوفد الروسي برئاسة نائب وزير الدفاع وناقش معه التعاون بين الجانبين.",
        id="ar-article-and-verb",
    ),
    pytest.param(
        "Libye : les mercenaires quittent Syrte",
        "Des centaines de combattants étrangers ont entamé leur départ. Un mercenaire libyen l'a confirmé mardi à la presse.",
        id="fr",
    ),
]


@pytest.mark.parametrize(("about", "said"), INFLECTED)
def test_other_forms_of_the_words_are_the_same_words(about: str, said: str) -> None:
    assert isinstance(extract(page(said), "text/html; charset=utf-8", URL, about), Article)


BLAST = "Explosion rocks Sirte airbase overnight"
TOLD = "At least three people were killed when a blast hit an airfield in the central coastal city, officials said."
ARABIC = "استقبل القائد العام الوفد الروسي في مقر القيادة وناقش معه التعاون العسكري بين الجانبين."


@pytest.mark.parametrize(
    ("about", "body"),
    [
        pytest.param(BLAST, page(f"<h1>{BLAST}</h1>{TOLD}"), id="its own heading is the entry's"),
        pytest.param(
            "Libya: Haftar receives Russian delegation",
            page(ARABIC, head='<meta property="og:type" content="article">'),
            id="another script, declared",
        ),
        pytest.param(
            "Libya: Haftar receives Russian delegation",
            page(ARABIC, title="Haftar receives Russian delegation | Site"),
            id="another script, titled",
        ),
        pytest.param(
            "Analysts weigh prospects. Experts say elections face hurdles amid renewed tensions",
            page(
                "The road to a vote was never longer; few in the east expect elections this year, he wrote.",
                head='<script type="application/ld+json">{"@type": "NewsArticle"}</script>',
            ),
            id="one word, declared",
        ),
    ],
)
def test_an_article_under_another_headline_is_read(about: str, body: bytes) -> None:
    """It shows what it is by its own heading or title, or declares it."""
    assert isinstance(extract(body, "text/html; charset=utf-8", URL, about), Article)


WALLS = [
    "Hold on. The security of your connection to https://news.example/fighters-leave-sirte-airbase is looked at.",
    "Please wait while this site makes sure of who is coming; that protects it from automatic collectors.",
    "Пожалуйста, подождите, пока мы убедимся в безопасности вашего соединения с нашим узлом.",
    "يرجى الانتظار ريثما نتأكد من أمان اتصالك بالموقع فهذا الإجراء يحمي الخادم من الزيارات الآلية.",
    "Lütfen bekleyin, bağlantınızın güvenliği denetleniyor; bu işlem birkaç saniye sürer.",
]


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize(
    "about",
    [
        "Fighters leave Sirte airbase. Hundreds left the base on the coast, the commission said.",
        "Бойцы покинули базу в Сирте. Сотни бойцов ушли с побережья",
        "انسحاب مقاتلي فاغنر من قاعدة سرت الجوية بعد الاتفاق",
        "Savaşçılar Sirte hava üssünden ayrıldı, komisyon açıkladı",
    ],
)
def test_a_wall_is_no_article_in_any_pair_of_languages(wall: str, about: str) -> None:
    """Also where it names the address, whose words are the entry's; it declares nothing."""
    found = extract(page(wall * 3), "text/html; charset=utf-8", URL, about)
    assert isinstance(found, NoArticle)
    assert "stands before it" in found.reason


def test_a_consent_page_that_bears_the_articles_title_is_no_article() -> None:
    head = f'<meta property="og:type" content="article"><meta property="og:title" content="{BLAST}">'
    said = "We and our partners keep and read cookies and similar marks on your device."
    found = extract(page(said, BLAST, head), "text/html", URL, BLAST)
    assert isinstance(found, NoArticle)
    assert "consent" in found.reason


@pytest.mark.parametrize(
    ("about", "stops", "right"),
    [
        ("", False, True),
        ("", True, False),
        ("Live", False, True),
        ("Live", True, False),
        ("Live text", True, True),
    ],
)
def test_where_little_is_known_of_the_entry_the_pages_words_decide(
    about: str, stops: bool, right: bool
) -> None:
    of = Page(named="", heading="", declared=False, text="some text of it", stops=stops)
    assert speaks_of(about, of) is right
