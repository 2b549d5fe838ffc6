"""Pure. The little words of six languages: conjunctions, pronouns, prepositions, auxiliaries and endings.

Lines are alternatives of a regular expression over plain text (monitor.languages.grammar.plain): lower case, Arabic
without hamza, vowel signs, ى and ة. What each table means stands with `Grammar`.
"""

from __future__ import annotations

_ENGLISH = {
    "sequel": r"after|before|following",
    "verbal": r"\w+ed|spoke|told|said|met|saw|held|gave|made|took|went|came|left|sent|is|was|has|had|will|would|to",
    "between": r"between",
    "relative": r"who|whom|whose|which",
    "partner": r"with|between",
    "discusses": r"discuss\w*|review\w*",
    "without": r"without",
    "where": r"where",
    "boundary": r"""
        who|whom|whose|which|while|whereas|because|although|though|but|where|since(?!\s(?:\w+\s)?(?:19|20|last))|until|when|that|said|says
        (?<=,\s)(?:as|with|and|will|would|is|are|was|were|has|have|had)""",
    "about": r"""
        (?:spoke|speaks|spoken|speaking)\sof
        about|regarding|concerning|over(?!\sthe\s(?:phone|telephone|weekend))
        (?:talks?|talked|talking|spoke|speaks?|speaking|discussions?|meetings?|views|statements?|consult\w+|comment\w*|report\w*|brief\w*|focus\w*|conference|summit|resolution|dialogue|deal|agree\w*|cooperat\w+|warn\w*|position)\s(?:\w+\s)?on(?!\s(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|the\ssidelines|behalf|arrival|\d|\w+\s\d))""",
    "together": r"with|between|in|at|during|by|from|to",
    "joined": r"and|&|as\swell\sas|along\swith|together\swith|plus|or",
    "says": r"""
        said|says|saying|stated|states|announced|announces|added|noted|wrote|tweeted|claimed|claims|stressed|recalled|told
        commented|comments|explained|argued|insisted|warned|believes|thinks|reported|according""",
    "says_before": r"said|says|added|explained|confirmed|wrote",
    "source": r"according\sto|quoted|quoting|citing|cited|as\stold\sby",
    "belongs": r"""
        envoys?|representatives?|aides?|advis[eo]rs?|sons?|brother|spokes\w+|office|forces|troops|men|army|command
        camp|rivals?|allies|ally|emissar\w+|officers|commanders|generals?|headquarters|government|officials|militias?""",
    "belongs_before": r"""
        (?:envoys?|representatives?|aides?|advis[eo]rs?|sons?|forces|troops|allies|officers|emissar\w+|close|loyal)\s(?:of|to|for)(?:\sthe)?
        backed\sby|supported\sby|allied\s(?:to|with)|loyal\sto|against|invitation\sof|brokered\sby|mediated\sby""",
    "inside": r"(?:in|at|inside|outside|near)(?:\sthe)?|to\sthe",
    "negation": r"(?:did|does|do|has|have|had|was|were|is|are|will|would)(?:\snot|n't)(?:\syet)?|never|without|no|not|cannot|neither",
    "negation_after": r"(?:is|are|was|were)\s(?:not|never)|(?:has|have|had|did|does)\snot",
    "future": r"""
        will(?!\snot)|would|shall|could|may(?!\s\d)|might|to\s(?:meet|visit|host|receive|hold|discuss|travel|sign|welcome|arrive|attend|fly|open|deliver)
        due(?!\sto\sthe)|expected|scheduled|set\sto|slated|plans?\sto|planned|planning|intends?|hopes?\sto|upcoming|forthcoming|next\s(?:week|month|year)
        is\sto|are\sto|preparing|prepares|tomorrow|wants?\sto|ahead\sof|is\sabout\sto""",
    "past": r"met|held|received|visited|arrived|hosted|discussed|signed|spoke|saw|landed|flew|delivered|concluded|wrapped|ended|sat|gave|sent|handed",
    "pronoun": r"he|him|she|her|his|they|them|their|the\slatter|the\sguest|his\shosts?|himself",
    "both": r"the\stwo|both|the\spair|the\ssides|the\sparties|the\sdelegations|each\sother|the\sinterlocutors",
    "also": r"attended|present|in\sthe\sroom|joined|accompanied|accompanying|took\spart|participated|alongside|travelled\swith|traveled\swith|flanked",
    "earlier": r"""
        had\s(?:\w+ly\s)?(?:already\s)?\w+(?:ed|et|en|ld|me|wn|own)|previously|earlier|last\s(?:year|month|spring|summer|autumn|winter)|years?\sago|months?\sago
        weeks\sago|in\sthe\spast|back\sin|formerly|since\s(?:19|20)\d\d|in\s(?:19|20)\d\d""",
    "ongoing": r"""
        is\s(?:visiting|meeting|holding|hosting|receiving|touring|in\stalks|on\sa)|are\s(?:meeting|holding|visiting|staying|in\stalks|touring|on\sa)
        ongoing|under\s?way|currently|continu(?:es|ing)|staying|day-long\s(?:stay|visit)|is\sstaying|(?:three|two|four|five|\d)[\s-]days?\s(?:stay|visit|tour|trip)|began|begins|has\sbegun|on\sthe\s(?:first|second|third)\sday""",
}

_FRENCH = {
    "sequel": r"après|avant|suite\sà",
    "verbal": r"\w+é|a|ont|est|s'est|avait|sera|dit|pris|fait|veut|doit",
    "between": r"entre",
    "relative": r"qui|que|qu'|dont",
    "partner": r"avec|entre",
    "discusses": r"discut\w+|évoqu\w+|abord\w+|pass\w+\sen\srevue|examin\w+",
    "without": r"sans",
    "where": r"où",
    "boundary": r"""
        qui|que|qu'\w*|dont|où|tandis|alors|pendant|mais|puisque|parce|lorsque|lorsqu'\w+|quand|car|si|bien\sque|(?<=,\s)(?:et|sera|est|sont|a|ont|avait|doit|devait|s'est)""",
    "about": r"""
        parl\w+\s(?:de|du|des|d')|au\ssujet\sd\w*|à\spropos\sd\w*|concernant|quant\sà|autour\sd\w*
        (?:entretien\w*|discussions?|discut\w+|échang\w+|pourparlers|parl\w+|négoci\w+|exprim\w+|interrog\w+|propos|débat\w*|déclar\w+|accord|sommet|réunions?|conférence|consult\w+|point|rapport|position|inquiétude\w*|dossier)\s(?:\w+\s)?sur""",
    "together": r"avec|entre|à|en|au|par|chez|lors",
    "joined": r"et|ainsi\sque|comme|ou",
    "says": r"""
        (?:a|ont)\s(?:déclaré|dit|indiqué|affirmé|annoncé|ajouté|précisé|estimé|souligné|rappelé|confirmé|écrit|expliqué|assuré)
        déclare|dit|indique|affirme|annonce|ajoute|précise|estime|souligne|rappelle|assure|explique|disent|affirment""",
    "says_before": r"""
        (?:a|ont)\s(?:déclaré|dit|indiqué|affirmé|annoncé|ajouté|précisé|confirmé|assuré|rapporté)|déclare|indique|dixit
        affirme|ajoute|précise|assure|rapporte""",
    "source": r"selon|d'après|de\ssource|citant|citée?\spar|de\sl'aveu\sd\w*",
    "belongs": "",
    "belongs_before": r"""
        (?:émissaires?|envoyés?|représentants?|conseillers?|fils|frère|porte-parole|forces|troupes|hommes|armée|camp|proches?|alliés?|entourage|officiers|rivaux?|quartier\sgénéral|milices)\s(?:du|de|de\sla|des|d'|au|à)(?:\s?(?:maréchal|président|général))?
        soutenus?\spar|appuyés?\spar|contre|à\sl'invitation\s(?:de|du)""",
    "inside": r"au|à|à\sl'|à\sla|dans\sl[ea']|près\sdu",
    "negation": r"n'(?:a|ont|est|était|avait|aura|y|en)\s?\w*\s?(?:pas|jamais|aucun\w*)|n'(?:a|ont|est|avait)|ne|aucune?|sans|jamais|pas\sde|pas",
    "negation_after": r"n'(?:a|aura|est|était)|ne\s\w+\spas",
    "future": r"""
        \w{2,}(?:era|eront|endra|endront|ira|iront|evra|evront|oira|aura|auront|verra|verront|ettra|ettront)|sera|seront|ira|iront
        pourrait|pourraient|doit|doivent|devrait|devraient|va|vont|prévue?s?|attendue?s?|envisage\w*|s'apprête\w*|prochaine?\svisite|à\svenir|compte|demain|la\ssemaine\sprochaine|programmée?s?|espère""",
    "past": r"(?:a|ont|s'est|se\ssont|avait|avaient|est|sont)\s\w+|été|eu",
    "pronoun": r"il|elle|ils|lui|celui-ci|ce\sdernier|son\shôte|ses\shôtes|l'invité|l'intéressé|l'a|l'ont",
    "both": r"les\sdeux|les\sparties|leurs?|l'un\set\sl'autre|les\sinterlocuteurs|tous\sdeux|ensemble",
    "also": r"présents?|présente|assisté|accompagnée?s?|participé|aux\scôtés|assistaient|assistait|en\sprésence|entouré",
    "earlier": r"""
        (?:avait|avaient|s'était|s'étaient|était|étaient)\s(?:\w+\s)?\w+[éistu]e?s?|auparavant|précédemment|l'an\sdernier|l'année\sdernière|le\smois\sdernier|par\sle\spassé
        il\sy\sa\s(?:\w+\s)?(?:\w+\s)?(?:mois|ans|années|semaines)|en\s(?:19|20)\d\d|depuis\s(?:19|20)\d\d|dernièrement|(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)\s(?:dernier|(?:19|20)\d\d)""",
    "ongoing": r"""
        est\sen\svisite|en\scours|se\spoursui\w+|poursui(?:t|vent)|séjourne\w*|en\stournée|actuellement|depuis\s(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)
        visite\sde\s\w+\sjours|séjour\sde|entame\w*|a\sentamé|au\s\w+\sjour\sde""",
}

_ITALIAN = {
    "sequel": r"dopo|prima",
    "verbal": r"\w+(?:ato|uto|ito|sso|tto)|ha|hanno|è|sono|aveva|sarà",
    "between": r"tra|fra",
    "relative": r"che|cui|il\squale|la\squale",
    "partner": r"con|col|tra|fra",
    "discusses": r"discu\w+|affront\w+|esamin\w+",
    "without": r"senza",
    "where": r"dove",
    "boundary": r"che|cui|mentre|ma|perché|poiché|quando|dove|se|sebbene|benché|dopo\sche|(?<=,\s)(?:e|sarà|è|sono|ha|hanno|aveva|era|deve)|il\squale|la\squale",
    "about": r"(?:colloqui\w*|parl\w+|discuss\w+|dichiara\w+|incontr\w+|vertice|riunion\w+|trattativ\w+|negozia\w+|confronto|intesa|accordo|interrogat\w|conferenza|consultazion\w+|rapporto|concentrat\w|posizione|preoccupazion\w+|dossier)\s(?:\w+\s)?(?:su|sul|sulla|sulle|sui|sugli|sull')|parl\w+\s(?:di|del|della|dei|dell')|riguardo|in\smerito\sa\w*|a\sproposito\sd\w*|circa|intorno\sa\w*",
    "together": r"con|col|coi|tra|fra|a|in|al|da|dal|presso|durante",
    "joined": r"e|ed|nonché|insieme\sa|oltre\sa",
    "says": r"""
        ha(?:nno)?\s(?:detto|dichiarato|affermato|annunciato|aggiunto|riferito|spiegato|sottolineato|precisato|ricordato|scritto|confermato|sostenuto)
        dice|dichiara|afferma|annuncia|aggiunge|riferisce|spiega|sottolinea|precisa|ricorda|sostiene|fa\ssapere|rende\snoto""",
    "says_before": r"""
        ha(?:nno)?\s(?:detto|dichiarato|affermato|annunciato|aggiunto|riferito|spiegato|precisato|fatto\ssapere)|riferisce|riferiscono
        afferma|spiega|precisa|aggiunge|rende\snoto|lo\srende\snoto""",
    "source": r"secondo|stando\sa\w*|citando|citat[oa]\sda\w*|a\sdetta\sd\w*",
    "belongs": "",
    "belongs_before": r"""
        (?:emissari\w?|inviat[oi]|rappresentant[ei]|consiglier[ei]|figli?o?|fratello|portavoce|forze|truppe|uomini|esercito|milizie|alleat[oi]|ufficiali|rival[ei]|quartier\sgenerale|entourage|fedelissim[oi])\s(?:di|del|della|dei|a|al|d')(?:\s(?:generale|maresciallo|feldmaresciallo|presidente))?
        sostenut\w\sda\w*|appoggiat\w\sda\w*|contro|su\sinvito\s(?:di|del\w*)""",
    "inside": r"al|nel|nella|presso\sil|presso\sla|alla",
    "negation": r"non|nessuna?|nessun|mai|senza|né",
    "negation_after": r"non\s(?:c'è|è|sono|ha|hanno|sarà)",
    "future": r"""
        \w{2,}(?:erà|irà|arà|rrà|drà|vrà|eranno|iranno|aranno|rranno|dranno|vranno)|sarà|saranno|farà|andrà
        potrebbe|potrebbero|dovrebbe|dovrebbero|deve|devono|attes[oaie]|previst[oaie]|in\sprogramma|prossima\s(?:settimana|visita)|prossim[oi]|si\sprepara\w*|domani|intende|in\sagenda|sta\sper|in\scalendario|conta\sdi""",
    "past": r"(?:ha|hanno|è|sono|si\sè|si\ssono|aveva|era|erano)\s(?:\w+\s)?\w+[ai]?t[oaie]|\w+ò",
    "pronoun": r"egli|lui|lei|loro|quest'ultim[oa]|l'ospite|il\ssuo\sospite|il\spadrone\sdi\scasa|l'ha|costui",
    "both": r"i\sdue|le\sdue|le\sparti|entramb[ie]|gli\sinterlocutori|ambedue|tra\sloro|reciprocamente",
    "also": r"present[ei]|partecipat[oaie]|accompagnat[oaie]|assistit[oaie]|al\sfianco|hanno\spreso\sparte|ha\spreso\sparte|insieme",
    "earlier": r"""
        (?:aveva|avevano|era|erano|si\sera|si\serano)\s(?:\w+\s)?\w+[aiu]?[ts][oaie]|in\sprecedenza|l'anno\sscorso|lo\sscorso\s\w+|il\smese\sscorso|\w+\s(?:anni|mesi|settimane)\sfa
        in\spassato|nel\s(?:19|20)\d\d|dal\s(?:19|20)\d\d|(?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre)\s(?:scorso|(?:19|20)\d\d)""",
    "ongoing": r"in\scorso|prosegu\w+|continua\w*|è\sin\svisita|sono\sin\svisita|in\stournée|sta\s(?:visitando|incontrando)|attualmente|sosta\sdi|visita\sdi\s\w+\sgiorni|ha\siniziato|iniziat[ao]|è\sa\scolloquio",
}

_RUSSIAN = {
    "sequel": r"после|до|перед|накануне",
    "verbal": r"\w+(?:ал|ел|ил|ял|ыл|ала|ела|ила|яла|али|ели|или|яли)(?:сь|ся)?",
    "between": r"между",
    "relative": r"котор\w+",
    "partner": r"с|со|между",
    "discusses": r"обсужд\w+|обсуд\w+",
    "without": r"без",
    "where": r"где|куда",
    "boundary": r"""
        котор\w+|что|чтобы|а|но|однако|где|когда|пока|если|хотя|поскольку|после\sчего|при\sэтом|тогда\sкак|куда|откуда|чей|чьи|чья|чьих|(?<=,\s)и""",
    "about": r"""
        о|об|обо|насчет|относительно|вокруг
        (?:переговор\w*|встреч\w*|консультаци\w+|обсужд\w+|контакт\w*|бесед\w*|резолюци\w+|конференци\w+|саммит\w*|заседани\w+|позици\w+|заявлени\w+|диалог\w*|доклад\w*|брифинг\w*|решени\w+|усили\w+)\s(?:\w+\s)?по(?!\s(?:телефон\w+|видео\w*|приглашени\w+|линии))""",
    "together": r"с|со|между|в|во|на|у|при|перед",
    "joined": r"и|а\sтакже|вместе\sс|совместно\sс|или",
    "says": r"""
        сказал\w?|заявил\w?|заявля\w+|сообщил\w?|сообща\w+|отметил\w?|подчеркнул\w?|добавил\w?|уточнил\w?|рассказал\w?|считает|напомнил\w?|написал\w?|пояснил\w?
        прокомментировал\w?|указал\w?|подтвердил\w?|ответил\w?|передает|пишет""",
    "says_before": r"""
        как\sсообщил\w*|как\sзаявил\w*|сообщил\w?|сообщили|заявил\w?|заявили|сказал\w?|отметил\w?|добавил\w?|подчеркнул\w?|уточнил\w?|рассказал\w?|подтвердил\w?|пояснил\w?
        заметил\w?|ответил\w?""",
    "source": r"по\sсловам|по\sданным|по\sверсии|ссылк\w+\sна|говорится\sв|следует\sиз\s\w+|цитирует|слова",
    "belongs": "",
    "belongs_before": r"""
        (?:посланник\w*|представител\w+|советник\w*|помощник\w*|сын\w*|брат\w*|пресс-секретар\w+|сил|силы|силами|войск\w*|отряд\w+|армии|армия|сторонник\w*|соратник\w*|окружени\w+|офицер\w*|союзник\w*|штаб\w*)\s(?:маршала|фельдмаршала|президента|генерала)?
        поддерживаем\w+|против|подконтрольн\w+|лояльн\w+|верн\w+""",
    "inside": r"в|во|у\sстен|близ",
    "negation": r"не|ни|никаких|никакой|без",
    "negation_after": r"не\s(?:было|будет|состоя\w+|планир\w+|предусмотр\w+|запланир\w+|намеч\w+|значит\w+|провод\w+|предвид\w+)|нет|отсутств\w+",
    "future": r"""
        встрет(?:ит|ят)ся|встрет(?:ит|ят)|провед[еу]т|прим[еу]т|посет[ия]т|прибуд[еу]т|прилет[ия]т|приед[еу]т|обсуд[ия]т|побеседу[ею]т|состо[ия]тся|пройд[еу]т|подпиш[еу]т|отправ[ия]тся|вылет[ия]т|позвон[ия]т|переда[дс]\w+|направ[ия]т|постав[ия]т|откро[ею]т|возглав[ия]т|выступ[ия]т|сможет|будет|будут
        может|могут|намерен\w*|планиру\w+|запланирован\w*|собира[ею]тся|ожида[ею]\w+|предсто[ия]\w+|должен|должна|должны|намечен\w*|готов[ия]т\w*|назначен[аоы]|завтра|на\sследующей\sнеделе|в\sближайш\w+|на\sбудущ\w+|грядущ\w+|рассчитыва\w+""",
    "past": r"\w+(?:ал|ел|ил|ял|ыл|ол)(?:а|о|и)?(?:сь|ся)?|принят\w?",
    "pronoun": r"он|она|они|его|ему|им|ним|него|нему|них|ними|тот|того|тем|той|гость|гостя|гостю|гостем|собеседник\w*|визави|последн\w+",
    "both": r"сторон\w+|собеседник\w*|оба|обе|двое|обоих|друг\s\w+|дипломаты|военачальники|политики|министры|лидеры|переговорщики|участники",
    "also": r"присутств\w+|участв\w+|принял\w?\sучастие|приняли\sучастие|вместе\sс|сопровожд\w+|в\sприсутствии",
    "earlier": r"ранее|до\sэтого|прежде|накануне|в\sпрошлом\s\w+|прошлой\s\w+|\w+\s(?:лет|года|месяц\w+|недел\w+)\sназад|в\sсвое\sвремя|уже|в\s(?:19|20)\d\d|с\s(?:19|20)\d\d|в\s(?:январе|феврале|марте|апреле|мае|июне|июле|августе|сентябре|октябре|ноябре|декабре)(?:\s(?:19|20)\d\d)?",
    "ongoing": r"находится\sс|находятся\sс|проходит|проходят|продолжа\w+|идет|идут|идущ\w+|сейчас|начал\w*\s(?:визит|переговоры|поездку)|пребыва\w+|проводит|проводят",
}

_ARABIC = {
    "sequel": r"و?(?:بعد|قبل|عقب|غداه|قبيل)",
    "verbal": r"(?:ي|ت|سي|ست)\w{3,}|قال|قالت|انتقد|حذر",
    "between": r"و?(?:بين|لقاء|اجتماع|لقاءات|محادثات|مباحثات)",
    "relative": r"و?(?:الذي|التي)",
    "partner": r"و?(?:مع|بين|نظيره|نظيرته|نظيرها)",
    "discusses": r"و?(?:ناقش|يناقش|تناقش|بحث|يبحث|تبحث|استعرض|يستعرض|تناول|يتناول)\w*",
    "without": r"دون|بدون|من\sدون",
    "where": r"حيث",
    "boundary": r"و?(?:الذي|التي|الذين|اللذين|اللذان|فيما|بينما|ان|انه|انها|انهما|لكن|حيث|كما|عندما|حين|بعدما|اذ|علي\sان|مما|قائلا|موضحا|مضيفا|مشيرا)|(?<=[،,]\s)و\w+",
    "about": r"و?(?:حول|بشان|بخصوص|ملف|ملفات|قضيه|مساله|ازاء|تطورات|اوضاع|الاوضاع|مستقبل)|و?عن(?!\s(?:وزاره|الحكومه|طريق|بعد|كثب))",
    "together": r"و?(?:مع|بين|في|الي|لدي|خلال|برفقه|نظيره|نظيرته|نظيرها)",
    "joined": r"و\w*|و|الي\sجانب|اضافه\sالي|فضلا\sعن|برفقه",
    "says": r"""
        و?(?:قال|قالت|يقول|صرح|صرحت|اعلن|اعلنت|اكد|اكدت|اضاف|اضافت|اوضح|اوضحت|ذكر|ذكرت|اعتبر|راي|علق|كشف|شدد|افاد|افادت|اشار|اشارت)""",
    "says_before": r"""
        و?(?:قال|قالت|يقول|صرح|صرحت|اعلن|اعلنت|اكد|اكدت|اضاف|اضافت|اوضح|اوضحت|ذكر|ذكرت|علق|كشف|افاد|افادت|اشار|اشارت|نفي|نفت)""",
    "source": r"و?(?:بحسب|وفق|وفقا\sل\w*|حسب|نقلا\sعن|علي\sلسان|نقلت|نقل)",
    "belongs": "",
    "belongs_before": r"""
        و?(?:ال)?(?:مبعوث|ممثل|مستشار|نجل|نجلي|ابن|ابناء|قوات|ميليشيات|مليشيات|مكتب|متحدث\sباسم|الناطق\sباسم|حلفاء|انصار|مقر|ضباط|شقيق|موفد)\s?(?:المشير|الرئيس|الجنرال|اللواء)?
        لدعم|دعم|دعما\sل\w*|اسنادا\sل\w*|ضد|بدعوه\sمن|الموالي\w*|التابع\w*|المقرب\w*|مدعوم\w*\sمن""",
    "inside": r"في|داخل|امام|بمقر|مقر",
    "negation": r"و?(?:[يت]?رفضت?(?!\W+(?:\w+\W+)?(?:خلال|اثناء|في|عقب|بعد|قبل)(?!\w))|لم|لا|لن|ليس|ليست|دون|بدون|عدم|اي|ما\sمن|لا\sيوجد|لا\sتوجد)",
    "negation_after": r"(?:لم|لن|ليس|ليست|غير|لا)",
    "future": r"""
        و?س(?:يلتقي|تلتقي|يزور|تزور|يستقبل|تستقبل|يجتمع|تجتمع|يبحث|تبحث|يصل|تصل|يتوجه|تتوجه|يعقد|تعقد|يجري|تجري|يناقش|تناقش|يشارك|تشارك|يوقع|توقع|يتم|تتم|يقوم|تقوم|يكون|تكون|يسافر|يحضر|تحضر|يتسلم|يسلم|ترسل|يرسل|تستضيف|يستضيف|يتناول|تتناول|يفتتح|تفتتح|يلقي|يدعو|تعيد|يعيد|يشهد|تشهد|تبدا|يبدا|يتحدث|يقدم|يرافق\w*)\w{0,3}
        سوف|ربما|قد\s[يت]\w+|و?من\sال(?:مقرر|متوقع|منتظر|مرتقب|مزمع)|و?ي?(?:يعتزم|تعتزم|يستعد|تستعد|ينوي|تنوي)|(?:ال)?مرتقب\w*|(?:ال)?مقرر\w*|المزمع\w*|غدا|الاسبوع\sالمقبل|الشهر\sالمقبل|المقبل\w*|قريبا|مدرج\w*|يحزم""",
    "past": r"(?:و?(?:التقي|التقت|استقبل|استقبلت|بحث|بحثت|زار|زارت|وصل|وصلت|اجري|اجرت|عقد|عقدت|وقع|وقعت|ناقش|اجتمع|اجتمعت|سلم|تسلم|اختتم|انهي))\w{0,4}",
    "pronoun": r"\w*(?:لقائه|استقباله|التقاه|استقبله|معه|زيارته|مضيفه|مضيفيه|ضيفه|نظيره|نظيرته|وصوله|هو|وهو|لقاءه|محادثاته|مباحثاته|اياه|اليه)",
    "both": r"و?(?:الجانبان|الجانبين|الطرفان|الطرفين|الرجلان|الرجلين|المسؤولان|الوزيران|بينهما|كلاهما|لقاءهما|لقائهما|الوفدان|اجتماعهما)|و?(?:بحثا|ناقشا|اتفقا|تبادلا|تناولا|تباحثا|استعرضا)",
    "also": r"و?(?:حضر|حضره|حضرها|بحضور|شارك|برفقه|رافقه|الي\sجانب|يضم|ضم|بمشاركه|ضمت)",
    "earlier": r"و?(?:سبق|كان\sقد|كانت\sقد|سابقا|في\sوقت\sسابق|العام\sالماضي|الشهر\sالماضي|قبل\s\w+|الماضي|الماضيه|منذ\s\w+|كان|كانت)|(?:في|خلال|عام)\s(?:19|20)\d\d|و?قد\s\w+",
    "ongoing": r"يواصل|تواصل|تتواصل|يتواصل|مستمر\w*|جاريه|تجري|يجري|حاليا|متواجد|يبدا|بدا|بدات|تبدا|يستضيف|تستمر",
}

_TURKISH = {
    "verbal": r"\w{2,}(?:dı|di|du|dü|tı|ti|tu|tü|ıp|ip|up|üp|erek|arak)",
    "partner": r"ile",
    "object": r"'(?:y?[ıiuü])",
    "discusses": r"ele\sal\w*|konuş(?!ma)\w*|görüş(?!me)\w*|değerlendir\w*",
    "without": r"",
    "where": r"burada|orada",
    "boundary": r"ancak|ama|fakat|iken|ise|oysa|çünkü|ki|öte\syandan|bu\sarada|diyen|derken",
    "about": "",
    "about_before": r"hakkında|konusun\w+|konuların\w+|ilişkin|dair|üzerine|meselesi\w*|dosyası\w*|krizi\w*|durumu\w*|gelişmeleri",
    "together": r"ile|arasında",
    "joined": r"ve|ile|birlikte|veya",
    "says": r"""
        (?:söyledi|belirtti|açıkladı|duyurdu|ifade\setti|dedi|bildirdi|kaydetti|vurguladı|aktardı|savundu|paylaştı|anlattı|doğruladı|yalanladı|yazdı)""",
    "says_before": "",
    "belongs": r"(?:özel\s)?(?:temsilcisi\w*|danışmanı\w*|oğlu\w*|oğulları\w*|güçleri\w*|milisleri\w*|birlikleri\w*|sözcüsü\w*|yardımcısı\w*|karargah\w+|ordusu\w*|müttefik\w+|ofisi\w*|komutanları\w*)",
    "belongs_before": "",
    "inside": "",
    "negation": r"hiç|hiçbir|asla",
    "negation_after": r"\w*(?:medi|madı|meyecek|mayacak|mediği\w*|madığı\w*|mıyor|miyor|muyor|müyor|memiş|mamış)|yok|değil|olmayacak|olmadı\w*|bulunmuyor|söz\skonusu\sdeğil|planlanmıyor",
    "future": r"""
        \w+(?:ecek|acak|eceğ|acağ)\w*|\w+(?:ebilir|abilir)\w*|bekleniyor|beklenen|planlanıyor|planlanan|öngörülüyor|yarın|önümüzdeki|gelecek|hazırlanıyor|hazırlan\w+|programda|umuyor|niyet\w*|olası|muhtemel""",
    "past": r"\w+(?:dı|di|du|dü|tı|ti|tu|tü)(?:lar|ler)?",
    "pronoun": r"onu|ona|onun|onunla|kendisi\w*|mevkidaşı\w*|konuğu\w*|muhatabı\w*|ev\ssahibi",
    "both": r"iki\s(?:lider|taraf|ülke|isim|yetkili|bakan|komutan|heyet)\w*|taraflar\w*|ikili\w*|görüşmede|toplantıda|her\siki",
    "also": r"hazır\sbulun\w+|katıl\w+|eşlik\w*|beraberinde\w*|yanı\ssıra|birlikte",
    "earlier": r"daha\sönce|geçen\s(?:yıl|ay|hafta)|\w+\s(?:yıl|ay|hafta)\sönce|geçtiğimiz|önceki|\w+(?:mişti|mıştı|muştu|müştü)|(?:19|20)\d\d'?\s?(?:yılında|te|ta|de|da)",
    "ongoing": r"sürüyor|devam\sed\w+|sürdür\w+|\w+(?:makta|mekte)|bulunuyor|\w+günlük\s|ziyaretine\sbaşla\w+|başladı|şu\sanda",
}

WORDS = {"en": _ENGLISH, "fr": _FRENCH, "it": _ITALIAN, "ru": _RUSSIAN, "ar": _ARABIC, "tr": _TURKISH}
