"""Articles and their syndicated copies in six languages, made from phrases of our own by a seed.

Every article is a walk through four columns of phrases, so that unrelated articles share turns of phrase, as agency
prose does: what tells copies from neighbours must be more than a shared phrase.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.model import Item

if TYPE_CHECKING:
    import random
    from datetime import datetime

_COLUMNS: dict[str, tuple[str, str, str, str]] = {
    "en": (
        "The harbour master|Two ministers|A spokesman for the port|The night shift|Three lawmakers|The regional council"
        "|An engineer from the plant|Residents of the old town|The coast guard|A panel of auditors|The grain board"
        "|The outgoing governor",
        "refused to name|has counted|quietly moved|wants to rebuild|will inspect|has sold|photographed|could not find"
        "|is said to own|signed for|blocked|asked about",
        "the last of the cargo|forty rusting trucks|a warehouse by the river|the disputed ledger|half of the fuel"
        "|the new radar mast|six crates without papers|the empty barracks|a bridge on the ring road"
        "|the pilots' quarters|the harvest figures|a shipment of spare parts",
        "before the curfew began|under a contract from last spring|as rain stopped the work|while reporters waited outside"
        "|without telling the capital|for the second time this month|at the request of a neighbour|in spite of a ban"
        "|on the eve of the vote|after a long quarrel over pay|according to a letter seen by clerks|to nobody's surprise",
    ),
    "fr": (
        "Le chef du port|Deux ministres|Une porte-parole du chantier|L'équipe de nuit|Trois députés|Le conseil régional"
        "|Un ingénieur de l'usine|Les habitants du vieux quartier|Les garde-côtes|Un groupe d'auditeurs"
        "|L'office des céréales|Le gouverneur sortant",
        "refuse de nommer|a compté|a déplacé sans bruit|veut reconstruire|inspectera|a vendu|a photographié"
        "|n'a pas trouvé|posséderait|a signé pour|a bloqué|s'est enquis de",
        "le reste de la cargaison|quarante camions rouillés|un entrepôt au bord du fleuve|le registre contesté"
        "|la moitié du carburant|le nouveau mât radar|six caisses sans papiers|la caserne vide|un pont sur la rocade"
        "|le logement des pilotes|les chiffres de la récolte|un lot de pièces détachées",
        "avant le début du couvre-feu|selon un contrat du printemps dernier|alors que la pluie arrêtait les travaux"
        "|pendant que la presse attendait dehors|sans prévenir la capitale|pour la deuxième fois ce mois-ci"
        "|à la demande d'un voisin|malgré une interdiction|à la veille du vote|après une longue dispute sur les salaires"
        "|d'après une lettre vue par des greffiers|à la surprise de personne",
    ),
    "it": (
        "Il capo del porto|Due ministri|Una portavoce del cantiere|Il turno di notte|Tre deputati|Il consiglio regionale"
        "|Un ingegnere dello stabilimento|Gli abitanti del centro vecchio|La guardia costiera|Un gruppo di revisori"
        "|L'ente dei cereali|Il governatore uscente",
        "rifiuta di nominare|ha contato|ha spostato in silenzio|vuole ricostruire|ispezionerà|ha venduto"
        "|ha fotografato|non ha trovato|possiederebbe|ha firmato per|ha bloccato|ha chiesto notizie su",
        "il resto del carico|quaranta camion arrugginiti|un magazzino lungo il fiume|il registro conteso"
        "|metà del carburante|il nuovo traliccio radar|sei casse senza documenti|la caserma vuota"
        "|un ponte sulla tangenziale|gli alloggi dei piloti|le cifre del raccolto|una partita di ricambi",
        "prima che iniziasse il coprifuoco|in base a un contratto della scorsa primavera|mentre la pioggia fermava i lavori"
        "|con la stampa in attesa fuori|senza avvertire la capitale|per la seconda volta in questo mese"
        "|su richiesta di un vicino|nonostante un divieto|alla vigilia del voto|dopo una lunga lite sulle paghe"
        "|secondo una lettera vista dai cancellieri|con la sorpresa di nessuno",
    ),
    "ru": (
        "Начальник порта|Два министра|Представитель верфи|Ночная смена|Трое депутатов|Областной совет|Инженер завода"
        "|Жители старого города|Береговая охрана|Группа ревизоров|Зерновая палата|Уходящий губернатор",
        "отказался назвать|пересчитал|тихо перевез|хочет восстановить|проверит|продал|сфотографировал|не нашел"
        "|якобы владеет|расписался за|остановил|спросил про",
        "остаток груза на складе|сорок ржавых грузовиков|пакгауз у самой реки|спорную учетную книгу|половину запаса топлива"
        "|новую радарную мачту|шесть ящиков без бумаг|пустую старую казарму|мост на объездной дороге"
        "|общежитие для летчиков|сводку об урожае|партию запасных частей",
        "до начала комендантского часа|по договору прошлой весны|пока дождь мешал работам|когда журналисты ждали снаружи"
        "|не предупредив столицу|второй раз за этот месяц|по просьбе одного соседа|несмотря на давний запрет"
        "|накануне дня голосования|после долгого спора о жалованье|судя по письму из канцелярии|никого этим не удивив",
    ),
    "ar": (
        "مدير الميناء القديم|اثنان من الوزراء|متحدث باسم الحوض|عمال الوردية الليلية|ثلاثة من النواب|المجلس المحلي للإقليم"
        "|مهندس من المصنع|سكان البلدة القديمة|زوارق خفر السواحل|فريق من المدققين|هيئة الحبوب الوطنية|المحافظ المنتهية ولايته",
        "رفض أن يسمي|أحصى بنفسه|نقل بهدوء|يريد أن يرمم|سوف يتفقد|باع قبل أيام|التقط صورا تظهر|لم يعثر على|يقال إنه يملك"
        "|وقع على استلام|أوقف عند البوابة|سأل طويلا عن",
        "ما تبقى من الشحنة|أربعين شاحنة صدئة|مستودعا على ضفة النهر|السجل المتنازع عليه|نصف كمية الوقود|سارية الرادار الجديدة"
        "|ستة صناديق بلا أوراق|الثكنة الخالية منذ سنين|جسرا على الطريق الدائري|مساكن الطيارين الجدد|أرقام موسم الحصاد"
        "|دفعة من قطع الغيار",
        "قبل بدء حظر التجول|بموجب عقد من الربيع الماضي|بينما أوقف المطر الأعمال|والصحفيون ينتظرون في الخارج"
        "|دون إبلاغ العاصمة بذلك|للمرة الثانية هذا الشهر|بطلب من أحد الجيران|على الرغم من المنع|عشية يوم التصويت"
        "|بعد خلاف طويل على الأجور|بحسب رسالة اطلع عليها الكتبة|ولم يفاجأ بذلك أحد",
    ),
    "tr": (
        "Liman başkanı|İki bakan birden|Tersane sözcüsü|Gece vardiyası|Üç milletvekili|Bölge meclisi|Fabrikadan bir mühendis"
        "|Eski mahallenin sakinleri|Sahil güvenlik ekibi|Bir denetçi heyeti|Tahıl kurumu|Görevi biten vali",
        "adını vermeyi reddetti|tek tek saydı|sessizce taşıdı|yeniden kurmak istiyor|yakında inceleyecek|çoktan sattı"
        "|fotoğrafını çekti|bir türlü bulamadı|sahibi olduğu söyleniyor|imza karşılığı aldı|kapıda durdurdu|hakkında soru sordu",
        "yükün geri kalanını|kırk paslı kamyonu|nehir kıyısındaki depoyu|tartışmalı kayıt defterini|yakıtın yarısını"
        "|yeni radar direğini|evraksız altı sandığı|yıllardır boş kışlayı|çevre yolundaki köprüyü|pilotların lojmanını"
        "|hasat rakamlarını|bir parti yedek parçayı",
        "sokağa çıkma yasağı başlamadan|geçen bahardan kalma sözleşmeyle|yağmur işi durdururken|gazeteciler dışarıda beklerken"
        "|başkente haber vermeden|bu ay içinde ikinci kez|bir komşunun ricası üzerine|açık yasağa rağmen|oylamanın arifesinde"
        "|uzun bir ücret kavgasından sonra|katiplerin gördüğü mektuba göre|kimseyi şaşırtmadan",
    ),
}  # fmt: skip
_SYLLABLES = (
    "ba ko ri mul ten sa vor dal gre ni to lum ha zi per ost",
    "ба ко ри мул тен са вор дал гре ни то лум ха зи пер ост",
    "با كو ري مل تن سا ور دل غر ني تو لم ها زي بر ست",
)
LANGUAGES = tuple(_COLUMNS)
SENTENCES = 14
#: of the words, those that a name follows: it makes an article's sentences its own
NAMED = 0.3


@dataclass(frozen=True, slots=True)
class Article:
    """An article by its sentences."""

    lang: str
    title: str
    sentences: tuple[str, ...]


def article(rng: random.Random, lang: str) -> Article:
    """A new article of 14 sentences, each with a number of its own."""
    return Article(lang, _sentence(rng, lang), tuple(_sentence(rng, lang) for _ in range(SENTENCES)))


def copied(rng: random.Random, of: Article, *, dropped: float, rewritten: float = 0.0) -> Article:
    """What another desk made of it: another headline, sentences dropped and reordered, words replaced."""
    kept = [s for s in of.sentences if rng.random() >= dropped] or [of.sentences[0]]
    cut = rng.randrange(len(kept))
    turned = [*kept[cut:], *kept[:cut]]
    return Article(of.lang, _sentence(rng, of.lang), tuple(_rewritten(rng, s, rewritten) for s in turned))


def as_item(of: Article, key: str, feed: str, at: datetime) -> Item:
    """The article as an item of a feed, in paragraphs of three sentences."""
    texts = [" ".join(of.sentences[n : n + 3]) for n in range(0, len(of.sentences), 3)]
    made = Item(key=key, feed_id=feed, title=of.title, content="\n\n".join(texts), lang=of.lang)
    return replace(made, published_at=at)


def _sentence(rng: random.Random, lang: str) -> str:
    who, does, what, how = (rng.choice(column.split("|")) for column in _COLUMNS[lang])
    words = f"{who} {does} {what} {rng.randint(2, 9_999)} {how}".split()
    told = (f"{word} {_name(rng, lang)}" if rng.random() < NAMED else word for word in words)
    return f"{' '.join(told)}."


def _name(rng: random.Random, lang: str) -> str:
    """Somebody or somewhere: what makes an article's sentences its own."""
    syllables = _SYLLABLES[{"ru": 1, "ar": 2}.get(lang, 0)].split()
    return "".join(rng.choice(syllables) for _ in range(rng.randint(2, 4))).capitalize()


def _rewritten(rng: random.Random, sentence: str, share: float) -> str:
    return " ".join(f"{word}x" if rng.random() < share else word for word in sentence.split())
