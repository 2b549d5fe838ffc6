"""Who with whom, in six languages: each kind of sentence with siblings; who only has a view, and pieces of news kept apart."""

from __future__ import annotations

import pytest

from monitor.model import ContactStatus, ContactType
from tests.unit.contacts.test_extract import contacts


def parties(lang: str, text: str, title: str = "") -> list[str]:
    """The parties of each contact: a headline alone where there is no text."""
    found = contacts(lang, text, title=title)
    return [" | ".join(map(", ".join, contact.parties.values())) for contact in found]


@pytest.mark.parametrize(
    ("lang", "title", "text"),
    [
        ("en", "In Moscow, officials commented on Haftar's behaviour in Berlin", ""),
        ("en", "Moscow comments on Haftar's trip to Cairo", ""),
        ("en", "Putin praised Haftar's trip to Cairo", ""),
        ("fr", "À Moscou, on commente l'attitude de Haftar à Berlin", ""),
        ("fr", "Le Kremlin réagit au départ de Haftar de Berlin", ""),
        ("it", "A Mosca si commenta il comportamento di Haftar a Berlino", ""),
        ("it", "Mosca commenta la visita di Haftar a Roma", ""),
        ("ru", "В Москве оценили заявление Хафтара о выборах", ""),
        ("ru", "В Кремле назвали Хафтара влиятельной фигурой", ""),
        ("ru", "В Москве ждут от Хафтара подписания перемирия", ""),
        ("ar", "الكرملين يعلق على زيارة حفتر إلى باريس", ""),
        ("ar", "موسكو تعلق على سلوك حفتر في برلين", ""),
        ("tr", "Kremlin, Hafter'in Berlin'deki tutumunu yorumladı", ""),
        ("tr", "Moskova'da Hafter'in Berlin'deki tutumu değerlendirildi", ""),
    ],
)
def test_who_has_a_view_is_no_party_and_his_place_is_no_meeting_place(
    lang: str, title: str, text: str
) -> None:
    assert parties(lang, text, title) == []


@pytest.mark.parametrize(
    ("lang", "title", "text"),
    [
        ("en", "Lavrov: Haftar ready to sign ceasefire", "The Russian foreign minister spoke in Rome."),
        ("fr", "Lavrov : Haftar est prêt à signer le cessez-le-feu", "Le ministre russe des Affaires étrangères s'exprimait à Rome."),
        ("it", "Lavrov: Haftar pronto a firmare la tregua", "Il ministro degli Esteri russo ha parlato a Roma."),
        ("ru", "Лавров: Хафтар готов подписать соглашение", "Министр говорил об этом в Риме."),
        ("ar", "لافروف: حفتر مستعد للتوقيع على وقف إطلاق النار", "تحدث وزير الخارجية الروسي في روما."),
        ("tr", "Lavrov: Hafter ateşkesi imzalamaya hazır", "Rusya Dışişleri Bakanı Roma'da konuştu."),
    ],
)  # fmt: skip
def test_what_a_headline_quotes_is_signed_by_those_it_names(lang: str, title: str, text: str) -> None:
    assert parties(lang, text, title) == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Russia delivered arms; Haftar slept."),
        ("en", "Lavrov arrived in Cairo for talks; Haftar inspected a port in Benghazi."),
        ("fr", "Lavrov est arrivé au Caire pour des entretiens ; Haftar a inspecté un port."),
        ("it", "Lavrov è arrivato al Cairo per colloqui; Haftar ha visitato un porto a Bengasi."),
        ("ru", "Россия поставила оружие Сирии; Хафтар провёл совещание."),
        ("ar", "وصل لافروف إلى القاهرة لإجراء محادثات؛ وتفقد حفتر ميناء بنغازي."),
        ("tr", "Lavrov görüşmeler için Kahire'ye geldi; Hafter Bingazi limanını gezdi."),
    ],
)
def test_a_semicolon_parts_pieces_of_news(lang: str, text: str) -> None:
    assert parties(lang, text) == []


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Haftar visited Cairo while Putin was in Beijing"),
        ("en", "While Haftar toured Derna, Lavrov held talks in Algiers"),
        ("en", "Libya's Dbeibah visited Ankara as Lavrov held talks in Baku"),
        ("fr", "Haftar s'est rendu au Caire tandis que Poutine recevait Xi à Moscou"),
        ("fr", "Alors que Menfi visitait Tunis, Lavrov s'entretenait avec Fidan"),
        ("it", "Haftar in visita al Cairo mentre Putin riceve Xi a Mosca"),
        ("it", "Mentre Haftar vola a Parigi, Putin incontra Assad"),
        ("ru", "Хафтар посетил Каир, а Путин провёл переговоры с Си Цзиньпином"),
        ("ru", "Пока Хафтар вёл переговоры в Анкаре, Лавров прилетел в Алжир"),
        ("ar", "حفتر يزور القاهرة فيما يلتقي بوتين الرئيس الصيني في بكين"),
        ("tr", "Hafter Kahire'yi ziyaret ederken Putin Pekin'de Şi ile görüştü"),
        ("tr", "Putin Erdoğan'ı ağırlarken Hafter Roma'ya uçtu"),
    ],
)
def test_what_each_does_by_himself_at_the_same_time_is_no_contact(lang: str, title: str) -> None:
    assert parties(lang, "", title) == []


@pytest.mark.parametrize(
    ("lang", "title", "both"),
    [
        ("en", "Haftar meets Putin as Dbeibah courts Ankara", "Vladimir Putin | Khalifa Haftar"),
        ("en", "While Dbeibah was in Rome, Bogdanov received Haftar in Moscow", "Mikhail Bogdanov | Khalifa Haftar"),
        ("en", "Haftar served as Lavrov's host in Benghazi", "Sergei Lavrov | Khalifa Haftar"),
        ("fr", "Lavrov a rencontré Menfi tandis que Dbeibah recevait l'ambassadeur turc", "Sergei Lavrov | Mohamed al-Menfi"),
        ("tr", "Hafter Moskova'da Putin'le görüşürken Dibeybe Ankara'daydı", "Vladimir Putin | Khalifa Haftar"),
    ],
)  # fmt: skip
def test_who_is_elsewhere_at_the_same_time_takes_no_part(lang: str, title: str, both: str) -> None:
    assert parties(lang, "", title) == [both]


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Haftar received at the Elysee, Russia in the background"),
        ("en", "Lavrov in Algiers, Libya tops the agenda"),
        ("fr", "Haftar reçu à l'Élysée, la Russie en toile de fond"),
        ("fr", "Lavrov arrive à Alger, la Libye au menu"),
        ("it", "Haftar ricevuto a Palazzo Chigi, la Russia sullo sfondo"),
        ("it", "Lavrov in visita ad Algeri, Libia in cima all'agenda"),
        ("ru", "Хафтара приняли в Елисейском дворце, в повестке — Россия"),
        ("ar", "لافروف يزور الجزائر، وليبيا على جدول الأعمال"),
        ("tr", "Hafter Paris'te ağırlandı, gündemde Rusya"),
    ],
)
def test_a_country_on_the_agenda_of_a_visit_elsewhere_is_no_host(lang: str, title: str) -> None:
    assert parties(lang, "", title) == []


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "A Putin-Haftar meeting is not on the agenda, says Peskov"),
        ("fr", "Une rencontre Poutine-Haftar n'est pas à l'ordre du jour, selon Peskov"),
        ("ar", "لقاء بوتين وحفتر ليس على جدول الأعمال، قال بيسكوف"),
        ("tr", "Putin-Hafter görüşmesi gündemde değil, dedi Peskov"),
    ],
)
def test_a_meeting_on_the_agenda_is_a_meeting(lang: str, title: str) -> None:
    assert parties(lang, "", title) == ["Vladimir Putin | Khalifa Haftar"]


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Lavrov expected in Tripoli on Thursday"),
        ("fr", "Lavrov attendu à Benghazi jeudi"),
        ("it", "Lavrov atteso a Tripoli la prossima settimana"),
        ("ru", "В Триполи ждут главу МИД России"),
        ("ar", "طرابلس تنتظر زيارة وزير الخارجية الروسي الأسبوع المقبل"),
        ("tr", "Rusya Dışişleri Bakanı'nın gelecek hafta Trablus'a gelmesi bekleniyor"),
    ],
)
def test_who_is_expected_in_a_place_plans_a_visit(lang: str, title: str) -> None:
    (contact,) = contacts(lang, "", title=title)
    assert (contact.type, contact.status) == (ContactType.VISIT, ContactStatus.PLANNED)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Haftar awarded a medal by the Russian defence ministry"),
        ("fr", "Haftar décoré par le ministère russe de la Défense"),
        ("it", "Haftar decorato dal ministero della Difesa russo"),
        ("ru", "Минобороны России наградило Хафтара медалью"),
        ("ar", "وزارة الدفاع الروسية تمنح حفتر وساما"),
        ("tr", "Rusya Savunma Bakanlığı Hafter'e madalya verdi"),
    ],
)
def test_an_award_is_a_contact_of_no_kind_that_has_a_name(lang: str, title: str) -> None:
    (contact,) = contacts(lang, "", title=title)
    assert contact.type is ContactType.OTHER
    assert parties(lang, "", title) == ["Russian Ministry of Defence | Khalifa Haftar"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("it", "Evkurov è atterrato a Bengasi; ha incontrato Haftar."),
        ("ar", "وصل يفكوروف إلى بنغازي؛ والتقى حفتر."),
        ("tr", "Yevkurov Bingazi'ye indi; Hafter tarafından karşılandı."),
        ("tr", "Yevkurov Bingazi'ye indi; Hafter'le görüştü."),
    ],
)
def test_behind_a_semicolon_a_verb_without_a_subject_goes_on_about_the_same_man(lang: str, text: str) -> None:
    assert "Yunus-bek Yevkurov | Khalifa Haftar" in parties(lang, text)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Prospects of Russian-Libyan economic cooperation discussed in Moscow"),
        ("it", "A Mosca discusse le prospettive della cooperazione economica russo-libica"),
        ("ru", "В Москве обсудили перспективы российско-ливийского экономического сотрудничества"),
        ("ar", "بحث آفاق التعاون الاقتصادي الروسي الليبي في موسكو"),
        ("tr", "Moskova'da Rusya-Libya ekonomik iş birliği görüşüldü"),
        ("fr", "Pourparlers russo-libyens à Tripoli"),
    ],
)
def test_what_is_common_to_two_countries_they_discuss_with_each_other(lang: str, title: str) -> None:
    assert parties(lang, "", title) == ["Russia | Libya"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Putin and Erdogan discussed Russian-Libyan cooperation."),
        ("ru", "Путин и Эрдоган обсудили российско-ливийское сотрудничество."),
        ("it", "Putin ed Erdogan hanno discusso la cooperazione russo-libica."),
    ],
)
def test_what_a_third_party_discusses_is_not_theirs(lang: str, text: str) -> None:
    assert parties(lang, text) == []


@pytest.mark.parametrize("name", ["Hafter", "Dibeybe"])
def test_turkish_puts_who_talked_behind_the_participle(name: str) -> None:
    found = parties("tr", f"{name} ile görüşen Lavrov Kahire'ye gitti.")
    assert [party.split(" | ")[0] for party in found] == ["Sergei Lavrov"]


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Libyan finance minister meets Russian deputy energy minister.", "Russian deputy energy minister | Libyan finance minister"),
        ("fr", "Le ministre libyen des Finances a rencontré le vice-ministre russe de l'Énergie.", "Russian deputy energy minister | Libyan finance minister"),
        ("it", "Il ministro delle Finanze libico ha incontrato il viceministro dell'Energia russo.", "Russian deputy energy minister | Libyan finance minister"),
        ("ru", "Министр финансов Ливии встретился с замминистра энергетики России.", "Russian deputy energy minister | Libyan finance minister"),
        ("ar", "وزير المالية الليبي يلتقي نائب وزير الطاقة الروسي.", "Russian deputy energy minister | Libyan finance minister"),
        ("tr", "Libya Maliye Bakanı, Rusya Enerji Bakan Yardımcısı ile görüştü.", "Russian deputy energy minister | Libyan finance minister"),
        ("en", "Libyan deputy prime minister arrives in Moscow.", "Russia | Libyan deputy prime minister"),
        ("fr", "Le vice-premier ministre libyen est arrivé à Moscou.", "Russia | Libyan deputy prime minister"),
        ("it", "Il vicepremier libico è arrivato a Mosca.", "Russia | Libyan deputy prime minister"),
        ("ru", "Вице-премьер Ливии прилетел в Москву.", "Russia | Libyan deputy prime minister"),
        ("ar", "وصول نائب رئيس الحكومة الليبية إلى موسكو.", "Russia | Libyan deputy prime minister"),
        ("tr", "Libya Başbakan Yardımcısı Moskova'ya geldi.", "Russia | Libyan deputy prime minister"),
        ("it", "Imprenditori libici incontrano il ministro russo dell'Industria.", "Russian trade minister | Libyan business people"),
        ("ru", "Ливийские бизнесмены встретились с министром промышленности России.", "Russian trade minister | Libyan business people"),
        ("ar", "رجال أعمال ليبيون يلتقون وزير الصناعة الروسي.", "Russian trade minister | Libyan business people"),
        ("tr", "Rus büyükelçi Bingazi belediye başkanı ile görüştü.", "Russian ambassador to Libya | mayor of Benghazi"),
    ],
)  # fmt: skip
def test_an_office_has_the_name_that_the_words_say(lang: str, text: str, wanted: str) -> None:
    assert parties(lang, text) == [wanted]


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Putin accepted the credentials of the ambassadors of Malta, Libya and Peru.", "Vladimir Putin | Libyan ambassador"),
        ("fr", "Poutine a reçu les lettres de créance des ambassadeurs de Malte, de Libye et du Pérou.", "Vladimir Putin | Libyan ambassador"),
        ("it", "Putin ha ricevuto le credenziali degli ambasciatori di Malta, Libia e Perù.", "Vladimir Putin | Libyan ambassador"),
        ("ru", "Путин принял верительные грамоты послов Мальты, Ливии и Перу.", "Vladimir Putin | Libyan ambassador"),
        ("en", "The foreign ministers of Russia and Libya met in Cairo.", "Russian foreign minister | Libyan foreign minister"),
        ("fr", "Les ministres des Affaires étrangères de Russie et de Libye se sont rencontrés.", "Russian foreign minister | Libyan foreign minister"),
        ("it", "I ministri degli Esteri di Russia e Libia si sono incontrati.", "Russian foreign minister | Libyan foreign minister"),
        ("ru", "Министры иностранных дел России и Ливии встретились.", "Russian foreign minister | Libyan foreign minister"),
        ("en", "Talks between Russia and Libya's prime minister were held.", "Russia | Libyan prime minister"),
        ("tr", "Rusya ile Libya Başbakanı görüştü.", "Russia | Libyan prime minister"),
    ],
)  # fmt: skip
def test_an_office_that_several_hold_is_of_each_country_in_the_list(
    lang: str, text: str, wanted: str
) -> None:
    assert wanted in parties(lang, text)


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        (
            "en",
            "Dbeibah met the deputy head of the Russian Chamber of Commerce, Anton Vetrov, on Monday.",
            "Anton Vetrov | Abdulhamid Dbeibah",
        ),
        ("en", "Anwar Zlitni, the mayor of Misrata, received Aganin.", "Aydar Aganin | Anwar Zlitni"),
        ("en", "Lavrov met Libyan Oil Minister Hassan Zlitni in Vienna.", "Sergei Lavrov | Hassan Zlitni"),
        (
            "fr",
            "Dbeibah a reçu le vice-ministre russe de l'Énergie, Anton Vetrov.",
            "Anton Vetrov | Abdulhamid Dbeibah",
        ),
        ("it", "Il sindaco di Bengasi Hassan Zlitni ha incontrato Lavrov.", "Sergei Lavrov | Hassan Zlitni"),
        ("ru", "Дбейба встретился с замминистра энергетики России Антоном Ветровым.", "Anton Vetrov | Abdulhamid Dbeibah"),
        ("tr", "Dibeybe, Rusya Enerji Bakanı Anton Vetrov ile görüştü.", "Anton Vetrov | Abdulhamid Dbeibah"),
        ("ar", "التقى لافروف وكيل وزارة الدفاع الليبية مسعود الزليتني في موسكو.", "Sergei Lavrov | Masoud al-Zalitni"),
        ("ar", "وقع عميد بلدية بنغازي صقر بوجواري اتفاقا مع لافروف.", "Sergei Lavrov | Saqr Bujwari"),
        ("ar", "استقبل الدبيبة نائب وزير الطاقة الروسي أنطون سوروكين في طرابلس.", "Anton Sorokin | Abdulhamid Dbeibah"),
        # listed, in a spelling that no list has
        ("tr", "Lavrov, Libya Temsilciler Meclisi Dışişleri Komisyonu Başkanı Yusuf el-Akuri ile görüştü.",
         "Sergei Lavrov | Youssef al-Aqouri, Libyan House of Representatives"),
        ("ru", "Новак переговорил с министром нефти и газа Ливии Халифой Абдель Садеком.", "Alexander Novak | Khalifa Abdulsadiq"),
        # the surname of somebody listed, in an office
        ("ru", "Дбейба принял замминистра энергетики России Ивана Лаврова.", "Ivan Lavrov | Abdulhamid Dbeibah"),
        # who leads a delegation; an office of one's own beside an embassy; words with a capital before a name
        ("ar", "استقبل أغانين وفدا من بنغازي برئاسة أنور الزليتني.", "Aydar Aganin | Anwar al-Zalitni"),
        ("ar", "التقى الدبيبة الملحق العسكري بسفارة روسيا لدى ليبيا العقيد إيغور سوروكين.", "Igor Sorokin | Abdulhamid Dbeibah"),
        ("ru", "Генсекретарь ливийского Красного Полумесяца Мараи аз-Злитни принял Аганина.", "Aydar Aganin | Marai al-Zlitni"),
        ("ru", "Лавров принял заместителя министра иностранных дел Ливии Мухаммеда Саида.", "Sergei Lavrov | Mohamed Said"),
        # as Turkish spells foreign names
        ("tr", "Dibeybe, Rusya Enerji Bakan Yardımcısı İvan Romanovskiy ile görüştü.", "Ivan Romanovsky | Abdulhamid Dbeibah"),
        ("tr", "Aganin, Mısrata Belediye Başkanı Mahmud ez-Zilitni ile görüştü.", "Aydar Aganin | Mahmoud al-Zilitni"),
        # an office without a country is of those who have such given names
        ("en", "Lavrov received the governor, Mahmoud Zlitni, in Moscow.", "Sergei Lavrov | Mahmoud Zlitni"),
        # no name: an office, a place
        ("tr", "Libya, Rusya Büyükelçisini Dışişleri Bakanlığına çağırdı.", "Russian ambassador to Libya | Libya"),
        ("en", "The Libyan oil minister met Lavrov at Gorky Park.", "Sergei Lavrov | Libyan oil minister"),
    ],
)  # fmt: skip
def test_people_whom_no_list_has_are_named_beside_their_office(lang: str, text: str, wanted: str) -> None:
    assert parties(lang, text) == [wanted]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Dbeibah received Aganin on Monday. During the talks Walid al-Lafi asked for visas."),
        ("fr", "Dbeibah a reçu Aganin lundi. Lors de la rencontre, Walid al-Lafi a demandé des visas."),
        ("it", "Dbeibah ha ricevuto Aganin lunedì. Nel corso dell'incontro Walid al-Lafi ha chiesto visti."),
        ("ru", "Дбейба принял Аганина в понедельник. В ходе встречи Валид аль-Лафи попросил о визах."),
        ("ar", "استقبل الدبيبة أغانين يوم الاثنين. وخلال اللقاء طلب وليد اللافي تأشيرات."),
        ("tr", "Dibeybe pazartesi günü Aganin'i kabul etti. Görüşmede Velid el-Lafi vize istedi."),
    ],
)
def test_who_speaks_during_the_talks_takes_part(lang: str, text: str) -> None:
    assert parties(lang, text) == ["Aydar Aganin | Abdulhamid Dbeibah, Walid al-Lafi"]


def test_a_third_party_that_speaks_during_the_talks_adds_nobody() -> None:
    text = "Dbeibah received Aganin on Monday. During the talks Tetteh asked Walid al-Lafi for visas."
    assert parties("en", text) == ["Aydar Aganin | Abdulhamid Dbeibah"]


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("en", "Rosatom signed an agreement with the University of Benghazi.", "Rosatom | University of Benghazi"),
        ("it", "Rosatom ha firmato un accordo con l'università di Bengasi.", "Rosatom | University of Benghazi"),
        ("ru", "Делегация Бенгази встретилась с Лавровым в Москве.", "Sergei Lavrov | Libyan delegation"),
        ("en", "Lavrov met officials of the Libyan health ministry.", "Sergei Lavrov | Libyan Ministry of Health"),
        ("ru", "Пригожин встретился с Хафтаром, сообщили в ЧВК «Вагнер».", "Yevgeny Prigozhin | Khalifa Haftar"),
        # "M." is Mr in French
        ("fr", "Menfi a reçu l'ambassadeur de Russie. Il a remercié M. Aganine.", "Aydar Aganin | Mohamed al-Menfi"),
    ],
)  # fmt: skip
def test_bodies_are_called_as_the_words_say(lang: str, text: str, wanted: str) -> None:
    assert parties(lang, text) == [wanted]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Osama Hamad will not attend talks with Lavrov in Kazan."),
        ("tr", "Usame Hamad, Rusya'nın davetini geri çevirdi."),
        ("ru", "Усама Хамад отклонил приглашение Мишустина посетить Казань."),
        ("it", "Osama Hamad ha declinato l'invito di Mosca."),
    ],
)
def test_whoever_declines_an_invitation_has_cancelled(lang: str, text: str) -> None:
    assert {c.status for c in contacts(lang, text)} == {ContactStatus.CANCELLED}


def test_an_invitation_that_is_handed_over_is_an_invitation() -> None:
    told = contacts("ar", "سلم السفير الروسي دعوة من الرئيس فلاديمير بوتين إلى محمد المنفي.")
    assert [(c.type, c.status) for c in told] == [(ContactType.VISIT, ContactStatus.INVITED)]


@pytest.mark.parametrize(
    ("lang", "title", "text", "wanted"),
    [
        # who leads a body is whom the title names
        (
            "tr",
            "Akile Salih Moskova'da",
            "Temsilciler Meclisi Başkanı, Matviyenko ile görüştü.",
            "Aguila Saleh",
        ),
        # the contact goes on
        ("en", "Moscow writes to Tripoli", "Belousov sent a cable to Baour. The cable thanked Dbeibah too.", "Dbeibah"),
        ("it", "Libia", "Lavrov ha incontrato Aguila Saleh. Con lui c'era Belousov.", "Belousov"),
        ("ru", "", "Хафтар говорит с Белоусовым, рядом — его сын Саддам.", "Saddam Haftar"),
        # the title has the office, the lead the name
        ("it", "Il console russo incontra il sindaco di Bengasi", "Yuri Matveev ha parlato di visti.", "Yuri Matveev"),
        # the president of whose spokesman speaks
        ("it", "Peskov: nessun incontro con Haftar a Sochi", "Nel calendario del presidente non figura.", "Vladimir Putin"),
        # the body that a lead names for its country
        ("fr", "Moscou convoque l'ambassadeur libyen", "Le ministère russe des Affaires étrangères a protesté.", "Russian Foreign Ministry"),
    ],
)  # fmt: skip
def test_the_next_sentence_says_who(lang: str, title: str, text: str, wanted: str) -> None:
    assert wanted in " ".join(parties(lang, text, title))


def test_behind_then_the_same_person_goes_on_where_verbs_come_last() -> None:
    assert parties("tr", "Erdoğan, Putin'le görüştü, ardından Dibeybe'yi kabul etti.") == []
    assert parties("tr", "Dibeybe, Bogdanov'la görüştü, ardından Volodin tarafından kabul edildi.") == [
        "Mikhail Bogdanov, Vyacheslav Volodin | Abdulhamid Dbeibah"
    ]


def test_what_is_delivered_under_a_deal_and_by_a_journey_is_a_transfer() -> None:
    told = contacts("en", "A ship from Russia arrived in Tobruk and delivered arms to Haftar's forces.")
    assert [c.type for c in told] == [ContactType.TRANSFER]
