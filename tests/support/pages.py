"""Article pages as news sites build them, in six languages and several shapes, in our own words.

Every page has the clutter of its kind around the article: navigation, a cookie banner, advertisements, related links,
comments, a footer. `Page.paragraphs` is what a reader would call the article; `Page.clutter` must not be taken for it.
"""

from __future__ import annotations

from dataclasses import dataclass

TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "en": (
        "Envoy and field marshal meet behind closed doors",
        (
            "A delegation flew in on Tuesday evening and drove straight to the guest house above the harbour, residents said.",
            "The talks lasted three hours. Neither side published a statement, and the usual photographs did not appear.",
            "Two officials familiar with the agenda said fuel, airfields and unpaid salaries had been discussed at length.",
            "Short reply: none.",
            "Shops along the coastal road stayed open, although patrols were seen at both ends of it until midnight.",
            "In New York, a United Nations spokesperson said the organisation had taken note of reports about the visit.",
        ),
    ),
    "ru": (
        "Посланник и фельдмаршал встретились за закрытыми дверями",
        (
            "Делегация прилетела во вторник вечером и сразу отправилась в гостевой дом над гаванью, рассказали жители.",
            "Переговоры длились три часа. Ни одна из сторон не опубликовала заявления, привычных фотографий тоже не было.",
            "По словам двух чиновников, знакомых с повесткой, долго обсуждали топливо, аэродромы и невыплаченное жалованье.",
            "Комментариев не последовало.",
            "Магазины вдоль прибрежной дороги работали, хотя до полуночи с обоих её концов стояли патрули.",
            "В Нью-Йорке представитель ООН сообщил, что организация приняла к сведению сообщения об этом визите.",
        ),
    ),
    "ar": (
        "لقاء مغلق بين المبعوث والمشير",
        (
            "وصل وفد مساء الثلاثاء وتوجه مباشرة إلى دار الضيافة المطلة على الميناء، بحسب ما قاله سكان في المدينة.",
            "استمرت المحادثات ثلاث ساعات، ولم يصدر أي من الطرفين بيانا، كما غابت الصور المعتادة عن الصفحات الرسمية.",
            "وقال مسؤولان مطلعان على جدول الأعمال إن الوقود والمطارات والرواتب المتأخرة نوقشت مطولا خلال الاجتماع.",
            "ولم يرد أي تعليق.",
            "وبقيت المتاجر على الطريق الساحلي مفتوحة رغم انتشار الدوريات عند طرفيه حتى منتصف الليل.",
            "وفي نيويورك قالت متحدثة باسم الأمم المتحدة إن المنظمة أخذت علما بالتقارير التي تحدثت عن هذه الزيارة.",
        ),
    ),
    "tr": (
        "Temsilci ile mareşal kapalı kapılar ardında görüştü",
        (
            "Salı akşamı gelen heyet doğrudan limanın üstündeki konukevine geçti, bölge sakinleri böyle anlattı.",
            "Görüşme üç saat sürdü. Taraflardan hiçbiri açıklama yapmadı, alışılmış fotoğraflar da paylaşılmadı.",
            "Gündemi bilen iki yetkili yakıt, havaalanları ve ödenmeyen maaşların uzun uzun konuşulduğunu söyledi.",
            "Yanıt gelmedi.",
            "Sahil yolundaki dükkânlar açık kaldı, ancak gece yarısına kadar yolun iki ucunda devriyeler görüldü.",
            "New York'ta Birleşmiş Milletler sözcüsü, ziyarete ilişkin haberlerin not edildiğini belirtti.",
        ),
    ),
    "fr": (
        "L'émissaire et le maréchal se rencontrent à huis clos",
        (
            "Une délégation est arrivée mardi soir et s'est rendue aussitôt à la résidence qui domine le port, selon des riverains.",
            "L'entretien a duré trois heures. Aucune des parties n'a publié de communiqué, ni les photographies habituelles.",
            "Deux responsables au fait de l'ordre du jour évoquent le carburant, les aérodromes et des soldes impayées.",
            "Pas de réponse.",
            "Les commerces de la route côtière sont restés ouverts malgré des patrouilles à ses deux bouts jusqu'à minuit.",
            "À New York, une porte-parole des Nations unies a indiqué que l'organisation avait pris note de cette visite.",
        ),
    ),
    "zh": (
        "特使与元帅举行闭门会谈",
        (
            "当地居民说，一个代表团星期二晚间抵达，随即乘车前往港口上方的宾馆，沿途道路一度封闭，行人被要求绕行。",
            "会谈持续了三个小时，双方均未发表声明，通常会公布的照片也没有出现在任何一方的官方网页上，记者未获准入内。",
            "两名了解议程的官员表示，会谈详细讨论了燃料供应、机场使用以及拖欠的军饷等问题，但没有透露是否达成协议。",
            "无人回应。",
            "沿海公路旁的商店照常营业，不过直到午夜，公路两端都能看到巡逻队，附近的学校则提前一个小时放学。",
            "联合国发言人在纽约说，联合国已注意到有关这次访问的报道，并将继续同各方保持接触，呼吁各方保持克制。",
        ),
    ),
}
SHAPES = ("article", "soup", "breaks", "divs", "split", "boxes", "inline", "listed")

_CLUTTER = {
    "nav": "Home Politics Sport Weather Culture",
    "cookie": "We and our 842 partners store cookies on your device to show you advertising that fits you.",
    "advert": "Advertisement: three months of premium kitchen knives delivered to your door for one coin.",
    "related": "Ten harbours you should see before winter comes, ranked by our readers",
    "comment": "A reader writes: I have lived on that road for years and never saw anything like this.",
    "newsletter": "Sign up for our morning letter and never miss a story again, cancel whenever you like.",
    "footer": "All rights reserved. Imprint, terms of use, contact the newsroom, work with us.",
}


@dataclass(frozen=True)
class Page:
    """One page and what should be read from it."""

    lang: str
    shape: str
    title: str
    paragraphs: tuple[str, ...]
    html: str

    @property
    def clutter(self) -> tuple[str, ...]:
        return tuple(_CLUTTER.values())


def page(lang: str, shape: str) -> Page:
    """The article of `lang` as a site of this `shape` would show it."""
    title, paragraphs = TEXTS[lang]
    body = _HEAD + globals()[f"_{shape}"](title, paragraphs) + _TAIL
    head = (
        f"<!doctype html><html lang={lang}><head><meta charset=utf-8><title>{title} | Daily Harbour</title>"
        f'<link rel=canonical href="https://news.example/{lang}/1"><meta property="og:title" content="{title}">'
        "<style>.x{}</style><script>var partners = 842;</script></head><body>"
    )
    return Page(lang, shape, title, paragraphs, head + body + "</body></html>")


def _links(n: int, text: str) -> str:
    return "<ul>" + "".join(f'<li><a href="/more/{i}">{text}</a></li>' for i in range(n)) + "</ul>"


_HEAD = (
    f'<div id="cookie-banner" class="cookie-consent"><p>{_CLUTTER["cookie"]}</p><button>Accept</button></div>'
    f'<header><nav class="main-nav">{_links(8, _CLUTTER["nav"])}</nav></header>'
)
_TAIL = (
    f'<section class="related-articles"><h3>Related</h3>{_links(6, _CLUTTER["related"])}</section>'
    f'<div id="comments" class="comments"><p>{_CLUTTER["comment"]}</p><p>{_CLUTTER["comment"]}</p></div>'
    f"<footer><p>{_CLUTTER['footer']}</p></footer>"
)
_RELATED = f'<aside class="related"><h4>Read also</h4>{_links(3, _CLUTTER["related"])}</aside>'
_ADVERT = f'<div class="ad advert"><p>{_CLUTTER["advert"]}</p></div>'
_LETTER = (
    f'<div class="newsletter-signup"><p>{_CLUTTER["newsletter"]}</p><form><input name=mail></form></div>'
)


def _p(paragraphs: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in paragraphs)


def _article(title: str, ps: tuple[str, ...]) -> str:
    return f"<main><article><h1>{title}</h1><time>24.11.2026</time>{_p(ps)}</article></main>"


def _soup(title: str, ps: tuple[str, ...]) -> str:
    """Classes only, an advertisement and related links between the paragraphs."""
    inner = f"{_p(ps[:2])}{_ADVERT}{_p(ps[2:4])}{_RELATED}{_p(ps[4:])}"
    return f'<div class="wrap has-related"><div class="col"><h1>{title}</h1><div class="txt">{inner}</div></div></div>'


def _breaks(title: str, ps: tuple[str, ...]) -> str:
    """One block of text, parted by line breaks, as agencies' sites do."""
    return f'<div class="content"><h1>{title}</h1><div class="news-text">{"<br><br>".join(ps)}</div></div>'


def _divs(title: str, ps: tuple[str, ...]) -> str:
    """Paragraphs that are divs."""
    inner = "".join(f'<div class="b-par">{text}</div>' for text in ps)
    return f'<div class="page"><h1>{title}</h1><div class="body">{inner}</div></div>'


def _split(title: str, ps: tuple[str, ...]) -> str:
    """The end of the article stands in a block of its own, after the newsletter."""
    return (
        f'<article><h1>{title}</h1><div class="part">{_p(ps[:4])}</div>{_LETTER}'
        f'<div class="part">{_p(ps[4:])}</div></article>'
    )


def _boxes(title: str, ps: tuple[str, ...]) -> str:
    """Each paragraph in its own component, the quotation in a blockquote, the last one after a related box."""
    inner = "".join(
        f'<div data-component="text-block" class="sc-x{n}"><p>{t}</p></div>' for n, t in enumerate(ps[:4])
    )
    quote = f"<blockquote><p>{ps[4]}</p></blockquote>"
    last = f'<div data-component="text-block"><p>{ps[5]}</p></div>'
    return f"<main><article><h1>{title}</h1>{inner}{quote}{_RELATED}{last}</article></main>"


def _inline(title: str, ps: tuple[str, ...]) -> str:
    """Pointers to other stories between the paragraphs; the last paragraph in italics and full of links."""
    pointer = f'<p><strong>Read also:</strong> <a href="/more/1">{_CLUTTER["related"]}</a></p>'
    half = len(ps[5]) // 2
    last = f'<p><em>{ps[5][:half]}<a href="/t/un">{ps[5][half:-3]}</a>{ps[5][-3:]}</em></p>'
    return (
        f'<div id="content"><h1>{title}</h1><div class="entry-content">'
        f"{_p(ps[:2])}{pointer}{_p(ps[2:5])}{pointer}{last}</div></div>"
    )


def _listed(title: str, ps: tuple[str, ...]) -> str:
    """A summary list on top, a heading between, the end in a table cell."""
    items = "".join(f"<li>{text}</li>" for text in ps[:2])
    return (
        f"<article><h1>{title}</h1><ul>{items}</ul>{_p(ps[2:4])}<h2>***</h2>{_p(ps[4:5])}"
        f"<table><tr><td>{ps[5]}</td></tr></table></article>"
    )
