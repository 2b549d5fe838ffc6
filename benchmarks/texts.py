"""News items in six languages, put together from our own sentences by a seeded generator."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from monitor.model import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: everyday news: what most of a feed is; it may hold words of the vocabularies, no matter of ours
ORDINARY = {
    "en": (
        "The city council approved a budget of {n} million for new tram lines on {d}.",
        "Rain delayed the second half for {n} minutes before the home side scored twice.",
        "The central bank left its main rate unchanged and warned of slower growth next year.",
        "Doctors at the regional hospital said talks about pay had ended without an agreement.",
        "A lorry carrying vegetables overturned on the ring road, and nobody was hurt.",
        "The minister visited a school where {n} pupils showed her their garden.",
        "Shares of the shipping company fell by {n} per cent after it lowered its forecast.",
        "Researchers counted {n} nests along the river, more than in any year since the census began.",
        "The museum will show letters that the poet wrote to his sister during the winter of 1911.",
        "Farmers in the south expect a good harvest, but they complain about the price of diesel.",
        "The coach said his players had met early in the morning and were ready for the cup.",
        "Police asked drivers to avoid the old bridge until repairs are finished in {n} days.",
    ),
    "fr": (
        "Le conseil municipal a voté {d} un budget de {n} millions pour de nouvelles lignes de tramway.",
        "La pluie a retardé la reprise de {n} minutes avant que les visiteurs ne marquent deux fois.",
        "La banque centrale a maintenu son taux directeur et prévoit une croissance plus lente.",
        "Les médecins de l'hôpital ont annoncé que la réunion sur les salaires n'avait rien donné.",
        "Un camion chargé de légumes s'est renversé sur le périphérique sans faire de blessé.",
        "La ministre s'est rendue dans une école où {n} élèves lui ont montré leur jardin.",
        "L'action de l'armateur a perdu {n} % après la révision de ses prévisions.",
        "Les chercheurs ont compté {n} nids le long du fleuve, un record depuis le premier relevé.",
        "Le musée expose les lettres que le poète écrivait à sa sœur pendant l'hiver 1911.",
        "Les agriculteurs du sud attendent une bonne récolte, mais le prix du gazole les inquiète.",
    ),
    "it": (
        "Il consiglio comunale ha approvato {d} {n} milioni per le nuove linee del tram.",
        "La pioggia ha ritardato la ripresa di {n} minuti prima della doppietta dei padroni di casa.",
        "La banca centrale lascia invariato il tasso e prevede una crescita più lenta.",
        "I medici dell'ospedale dicono che l'incontro sugli stipendi si è chiuso senza accordo.",
        "Un camion carico di verdura si è ribaltato sul raccordo, nessun ferito.",
        "La ministra ha visitato una scuola dove {n} alunni le hanno mostrato l'orto.",
        "Il titolo della compagnia di navigazione ha perso il {n} per cento dopo le nuove stime.",
        "I ricercatori hanno contato {n} nidi lungo il fiume, mai così tanti dal primo censimento.",
        "Il museo espone le lettere che il poeta scriveva alla sorella nell'inverno del 1911.",
        "Gli agricoltori del sud si aspettano un buon raccolto, ma il gasolio costa troppo.",
    ),
    "ru": (
        "Городской совет утвердил {d} бюджет в {n} миллионов на новые трамвайные линии.",
        "Из-за дождя второй тайм начался на {n} минут позже, после чего хозяева забили дважды.",
        "Центральный банк сохранил ключевую ставку и ожидает более медленного роста.",
        "Врачи областной больницы сообщили, что переговоры о зарплате закончились ничем.",
        "Грузовик с овощами перевернулся на кольцевой дороге, никто не пострадал.",
        "Министр посетила школу, где {n} учеников показали ей свой сад.",
        "Акции судоходной компании упали на {n} процентов после снижения прогноза.",
        "Учёные насчитали {n} гнёзд вдоль реки, больше, чем за все годы наблюдений.",
        "Музей покажет письма, которые поэт писал сестре зимой 1911 года.",
        "Фермеры на юге ждут хорошего урожая, но жалуются на цены на топливо.",
    ),
    "ar": (
        "أقر المجلس البلدي {d} ميزانية قدرها {n} مليون لخطوط الترام الجديدة.",
        "تأخر الشوط الثاني {n} دقيقة بسبب المطر قبل أن يسجل أصحاب الأرض هدفين.",
        "أبقى البنك المركزي سعر الفائدة دون تغيير وتوقع نموا أبطأ في العام المقبل.",
        "قال أطباء المستشفى إن المحادثات حول الرواتب انتهت من دون اتفاق.",
        "انقلبت شاحنة محملة بالخضار على الطريق الدائري من دون إصابات.",
        "زارت الوزيرة مدرسة عرض فيها {n} تلميذا حديقتهم أمامها.",
        "تراجع سهم شركة الشحن {n} في المئة بعد خفض توقعاتها.",
        "أحصى الباحثون {n} عشا على ضفاف النهر وهو رقم قياسي.",
        "يعرض المتحف رسائل كتبها الشاعر إلى شقيقته في شتاء ذلك العام.",
        "يتوقع المزارعون في الجنوب موسما جيدا لكنهم يشكون من سعر الوقود.",
    ),
    "tr": (
        "Belediye meclisi {d} yeni tramvay hatları için {n} milyonluk bütçeyi onayladı.",
        "Yağmur yüzünden ikinci yarı {n} dakika geç başladı, ardından ev sahibi iki gol buldu.",
        "Merkez bankası faizi değiştirmedi ve gelecek yıl daha yavaş büyüme bekliyor.",
        "Hastanedeki doktorlar maaş görüşmelerinin anlaşma olmadan bittiğini söyledi.",
        "Sebze taşıyan bir kamyon çevre yolunda devrildi, yaralanan olmadı.",
        "Bakan, {n} öğrencinin bahçelerini gösterdiği bir okulu ziyaret etti.",
        "Denizcilik şirketinin hissesi tahminini düşürünce yüzde {n} geriledi.",
        "Araştırmacılar nehir boyunca {n} yuva saydı, bu şimdiye kadarki en yüksek sayı.",
        "Müze, şairin 1911 kışında kız kardeşine yazdığı mektupları sergileyecek.",
        "Güneydeki çiftçiler iyi bir hasat bekliyor ama mazot fiyatından şikayetçi.",
    ),
}
#: one side of a contact, a composer, another country's forces: close to the rules, and nothing that fires
NEAR = {
    "en": (
        "Sergei Lavrov met his Serbian counterpart in Moscow and spoke of gas.",
        "A new staging of Wagner's Parsifal opens in Bayreuth.",
        "The Libyan central bank said oil revenue had risen.",
    ),
    "fr": (
        "Sergueï Lavrov a rencontré son homologue serbe à Moscou.",
        "L'opéra de Wagner sera donné à Bayreuth.",
        "La banque centrale libyenne annonce des recettes en hausse.",
    ),
    "it": (
        "Sergej Lavrov ha incontrato a Mosca il collega serbo.",
        "L'opera di Wagner apre la stagione di Bayreuth.",
        "La banca centrale libica annuncia entrate in aumento.",
    ),
    "ru": (
        "Сергей Лавров встретился в Москве с сербским коллегой.",
        "В Байройте поставят оперу Рихарда Вагнера.",
        "Центральный банк Ливии сообщил о росте доходов.",
    ),
    "ar": (
        "التقى سيرغي لافروف نظيره الصربي في موسكو.",
        "تعرض أوبرا للموسيقار ريتشارد فاغنر في بايرويت.",
        "أعلن مصرف ليبيا المركزي ارتفاع الإيرادات.",
    ),
    "tr": (
        "Sergey Lavrov Moskova'da Sırp mevkidaşıyla görüştü.",
        "Richard Wagner'in operası Bayreuth'ta sahnelenecek.",
        "Libya Merkez Bankası gelirlerin arttığını açıkladı.",
    ),
}
MATCHING = {
    "en": (
        "Khalifa Haftar met Sergei Lavrov in Moscow on {d}.",
        "Fighters of the Wagner Group remain in Libya.",
        "The UN Security Council called for the withdrawal of all foreign forces and mercenaries from Libya.",
    ),
    "fr": (
        "Khalifa Haftar a rencontré Sergueï Lavrov à Moscou {d}.",
        "Des combattants du groupe Wagner restent en Libye.",
        "Le Conseil de sécurité de l'ONU a demandé le retrait de toutes les forces étrangères et "
        "mercenaires de Libye.",
    ),
    "it": (
        "Khalifa Haftar ha incontrato Sergej Lavrov a Mosca {d}.",
        "I combattenti del gruppo Wagner restano in Libia.",
        "Il Consiglio di sicurezza dell'ONU ha chiesto il ritiro di tutte le forze straniere e dei "
        "mercenari dalla Libia.",
    ),
    "ru": (
        "Халифа Хафтар встретился с Сергеем Лавровым в Москве {d}.",
        "Бойцы группы Вагнера остаются в Ливии.",
        "Совет Безопасности ООН призвал к выводу всех иностранных сил и наёмников из Ливии.",
    ),
    "ar": (
        "التقى خليفة حفتر سيرغي لافروف في موسكو {d}.",
        "لا يزال مقاتلو مجموعة فاغنر في ليبيا.",
        "دعا مجلس الأمن الدولي إلى سحب جميع القوات الأجنبية والمرتزقة من ليبيا.",
    ),
    "tr": (
        "Halife Hafter {d} Moskova'da Sergey Lavrov ile görüştü.",
        "Wagner Grubu savaşçıları hâlâ Libya'da.",
        "BM Güvenlik Konseyi tüm yabancı güçlerin ve paralı askerlerin Libya'dan çekilmesini istedi.",
    ),
}
DAYS = {
    "en": "Tuesday",
    "fr": "mardi",
    "it": "martedì",
    "ru": "во вторник",
    "ar": "الثلاثاء",
    "tr": "salı günü",
}
SENTENCES = 14


def ordinary(count: int, seed: int = 1) -> list[Item]:
    """Items that no rule of ours is about."""
    return list(_items(count, seed, {}))


def near(count: int, seed: int = 2) -> list[Item]:
    """Items with names and words of the rules that still match nothing."""
    return list(_items(count, seed, NEAR))


def matching(count: int, seed: int = 3) -> list[Item]:
    """Items that at least one rule matches."""
    return list(_items(count, seed, MATCHING))


def saying(words: list[str], count: int, seed: int = 4) -> list[Item]:
    """Ordinary items in English, each with two of `words` in it."""
    chosen = random.Random(seed)
    said = {"en": [f"Among the guests were {a} and {b}." for a, b in _pairs(chosen, words)]}
    return list(_items(count, seed, said, languages=("en",)))


def _pairs(chosen: random.Random, words: list[str]) -> Iterator[list[str]]:
    for _ in range(50):
        yield chosen.sample(words, 2)


def _items(
    count: int,
    seed: int,
    special: Mapping[str, Sequence[str]],
    *,
    languages: tuple[str, ...] = (),
) -> Iterator[Item]:
    chosen = random.Random(seed)
    for number in range(count):
        lang = (languages or tuple(ORDINARY))[number % len(languages or ORDINARY)]
        sentences = [_filled(chosen.choice(ORDINARY[lang]), lang, chosen) for _ in range(SENTENCES)]
        if lang in special:
            sentences.insert(
                chosen.randrange(1, SENTENCES), _filled(chosen.choice(special[lang]), lang, chosen)
            )
        yield Item(
            key=f"guid:{number}",
            feed_id="benchmark",
            title=sentences[0],
            summary=sentences[-1],
            content="\n\n".join(" ".join(sentences[at : at + 3]) for at in range(1, len(sentences) - 1, 3)),
            lang=lang,
        )


def _filled(sentence: str, lang: str, chosen: random.Random) -> str:
    return sentence.replace("{n}", str(chosen.randrange(2, 900))).replace("{d}", DAYS[lang])
