"""The words around names in reports that are not English, by language, in small letters.

Inflected languages list the forms that occur; words in Arabic are compared by their name keys.
"""

from __future__ import annotations

from collections.abc import Mapping

from mapper.text import name_key


def _table(**by_language: str) -> dict[str, frozenset[str]]:
    table = {language: frozenset(words.split()) for language, words in by_language.items()}
    return table | {"und": frozenset(word for words in table.values() for word in words)}


def of(table: Mapping[str, frozenset[str]], language: str) -> frozenset[str]:
    """Return the words of a table in one language; those of all where the language has no row."""
    return table.get(language, table["und"])


# A settlement's name follows (in Turkish, it stands before).
SETTLEMENT = _table(
    uk="село селі села селом сіл селах місто місті міста містом містах смт селище селищі селища містечко містечку с м хутір хуторі "
    "станція станції",
    ru="село селе села селом сел сёл селах город городе города городом городу городах пгт поселок посёлок поселке посёлке поселка "
    "деревня деревне деревни деревню хутор хуторе хутора станица станице станицы станция станции аул ауле г с",
    es="ciudad pueblo localidad municipio aldea villa poblado vereda corregimiento población caserío puerto ciudades",
    fr="ville village localité commune bourg bourgade hameau port cité villes",
    de="stadt dorf gemeinde ort ortschaft kleinstadt hafenstadt grenzstadt siedlung",
    pt="cidade vila aldeia município povoado localidade",
    it="città paese villaggio comune località borgo cittadina",
    pl="miasto mieście miasta wieś wsi miejscowość miejscowości miasteczko miasteczku osada",
    tr="kenti şehri köyü kasabası ilçesi kentinde şehrinde köyünde kasabasında ilçesinde beldesi beldesinde kentindeki",
)
# A region's name follows, or stands before; the forms of one word lead to its nominative.
_AREA_FORMS = {
    "uk": "область області областю областей областях областями обл|район району районі районом районів районах районами р-н|край краю краї"
    "|республіка республіки республіці республіку|громада громади громаді громаду громадою|округ округу окрузі",
    "ru": "область области областью областей областях областями обл|район района районе районом районов районах районами р-н|край края крае краю"
    "|республика республики республике республику|округ округа округе|община общины общине",
}
AREA_FORMS = {
    language: {form: forms.split()[0] for forms in words.split("|") for form in forms.split()}
    for language, words in _AREA_FORMS.items()
}
LESSER_AREAS = frozenset("район громада округ община".split())
REGION = _table(
    uk=" ".join(AREA_FORMS["uk"]),
    ru=" ".join(AREA_FORMS["ru"]),
    es="región provincia departamento estado óblast oblast distrito gobernación condado comarca",
    fr="région province département oblast district gouvernorat État état préfecture wilaya cercle canton comté",
    de="region provinz oblast bezirk gebiet kreis landkreis bundesland gouvernement",
    pt="região província estado oblast distrito departamento",
    it="regione provincia oblast distretto governatorato stato",
    pl="region obwód obwodzie obwodu województwo województwie województwa prowincja prowincji powiat powiecie",
    tr="ili ilinde eyaleti eyaletinde bölgesi bölgesinde vilayeti",
)
# What stands between such a word and the name.
LINKS = frozenset("de del de la las los du des d di da do dos della dello dei degli dell von der of".split())
ARTICLES = frozenset("la le les el los las il lo l gli i o a os as der die das dem den the".split())
# A place's name is likely to follow.
LOCATIVE = _table(
    uk="в у під біля поблизу неподалік із зі з до через над на по між поряд навколо навпроти за від",
    ru="в во под возле около близ вблизи из до через над на по между рядом вокруг напротив за от у недалеко к",
    es="en hacia desde cerca cercanías alrededores norte sur este oeste afueras",
    fr="à en vers depuis près dans nord sud est ouest environs périphérie aux au",
    de="in bei nach aus nahe um von bis nördlich südlich östlich westlich",
    pt="em no na nos nas perto próximo desde norte sul leste oeste arredores",
    it="a ad in presso vicino da verso nord sud est ovest dintorni",
    pl="w we koło pod z ze do nad przy obok na",
    tr="",
)
# A person's name follows.
TITLES = _table(
    uk="президент президента президентом президенту президентка міністр міністра міністерка прем'єр прем'єр-міністр мер мера "
    "губернатор губернатора генерал генерала полковник майор капітан речник речниця спікер голова голови очільник очільника депутат "
    "посол король папа канцлер начальник начальника лікар лікарка журналіст журналістка командувач директор директорка керівник пані пан",
    ru="президент президента президентом президенту министр министра премьер премьер-министр мэр мэра губернатор губернатора губернатором "
    "генерал генерала полковник майор капитан представитель спикер глава главы депутат посол король папа канцлер начальник "
    "начальника врач журналист журналистка командующий директор руководитель лидер пресс-секретарь господин",
    es="presidente presidenta vicepresidente vicepresidenta exministro expresidente ministro ministra alcalde alcaldesa gobernador gobernadora general coronel capitán mayor comandante "
    "senador senadora diputado rey papa vocero portavoz director directora doctor doctora señor señora don doña canciller secretario "
    "padre obispo juez fiscal líder embajador teniente sargento periodista alias",
    fr="président présidente vice-président ministre maire gouverneur général colonel capitaine commandant sénateur député roi pape porte-parole "
    "directeur directrice docteur dr monsieur madame m mme chancelier secrétaire juge procureur préfet préfète chef ambassadeur "
    "lieutenant sergent journaliste père",
    de="präsident präsidentin minister ministerin bürgermeister gouverneur general oberst kanzler kanzlerin sprecher sprecherin herr "
    "frau könig papst direktor außenminister verteidigungsminister außenministerin dr",
    pt="presidente ministro ministra prefeito prefeita governador governadora general coronel capitão comandante senador senadora "
    "deputado rei papa porta-voz diretor diretora doutor senhor senhora dom",
    it="presidente ministro ministra sindaco sindaca governatore generale colonnello capitano comandante senatore senatrice deputato re "
    "papa portavoce direttore direttrice dottor signor signora premier procuratore",
    pl="prezydent prezydenta minister ministra premier premiera burmistrz gubernator generał pułkownik rzecznik król papież pan pani "
    "wojewoda szef",
    tr="cumhurbaşkanı başkan başkanı bakan bakanı vali valisi general albay sözcüsü kral",
)
FIRST_NAMES = _table(
    uk="володимир андрій сергій олександр олексій іван петро микола василь юрій ігор олег дмитро віталій максим євген роман богдан тарас "
    "михайло павло вадим валерій кирило артем денис анна олена ірина наталія оксана тетяна марія катерина юлія світлана людмила ольга "
    "віктор станіслав степан григорій любов надія",
    ru="владимир андрей сергей александр алексей иван петр пётр николай василий юрий игорь олег дмитрий виталий максим евгений роман "
    "михаил павел вадим валерий кирилл артем артём денис анна елена ирина наталья оксана татьяна мария екатерина юлия светлана людмила "
    "ольга виктор станислав вячеслав рамзан дональд джо эммануэль реджеп",
    es="josé juan luis carlos jorge pedro manuel francisco antonio miguel ángel rafael fernando javier alejandro andrés diego santiago "
    "gustavo álvaro iván daniel david pablo jesús maría ana carmen rosa laura claudia marta lucía isabel elena victoria nicolás "
    "alberto ricardo roberto sergio óscar mario julio césar vladimir donald volodímir joe",
    fr="jean pierre michel andré philippe alain bernard jacques daniel françois nicolas emmanuel louis marie anne nathalie isabelle sophie "
    "claire catherine julie paul luc marc antoine olivier laurent éric patrick thomas denis volodymyr vladimir donald joe moussa amadou "
    "ibrahim mohamed ahmed mamadou assimi félix",
    de="hans peter wolfgang klaus jürgen thomas michael andreas stefan christian angela ursula anna maria frank olaf friedrich boris "
    "annalena wolodymyr wladimir donald joe",
    pt="joão josé antónio antônio paulo pedro carlos luiz luís marcos lucas maria ana fernanda juliana jair volodymyr vladimir donald rui",
    it="giuseppe giovanni antonio mario luigi francesco paolo marco andrea matteo giorgia maria anna lucia sergio silvio carlo volodymyr "
    "vladimir donald guido antonio",
    pl="jan andrzej piotr krzysztof stanisław tomasz paweł józef marcin marek michał donald anna maria katarzyna wołodymyr władimir",
    tr="mehmet mustafa ahmet ali hüseyin hasan ibrahim recep tayyip fatma ayşe emine zeynep süleyman murat hakan ekrem",
)
# The name that it stands with is an organisation's.
ORGANISATION = _table(
    uk="університет університету університеті академія інститут поліція прокуратура банк клуб міністерство рада суд партія асоціація "
    "динамо шахтар",
    ru="университет университета университете академия институт полиция прокуратура банк клуб министерство совет суд партия ассоциация "
    "динамо аэс",
    es="universidad policía ejército fiscalía banco club ministerio asamblea congreso tribunal cruz partido organización fundación real "
    "frente comité cámara defensoría instituto",
    fr="université police armée banque club ministère assemblée tribunal croix parti organisation fondation olympique comité médecins "
    "institut agence observatoire",
    de="universität polizei bank ministerium verein bundesliga partei kreuz institut",
    pt="universidade polícia exército banco clube ministério assembleia tribunal cruz partido instituto",
    it="università polizia esercito banca ministero tribunale croce partito istituto",
    pl="uniwersytet policja bank ministerstwo sąd partia instytut",
    tr="üniversitesi polisi bankası bakanlığı partisi",
)
SPEECH = _table(
    uk="заявив заявила сказав сказала повідомив повідомила додав зазначив зазначила підкреслив написав розповів розповіла",
    ru="заявил заявила сказал сказала сообщил сообщила добавил отметил отметила подчеркнул написал рассказал рассказала",
    es="dijo afirmó señaló declaró explicó aseguró informó añadió indicó según",
    fr="dit déclaré affirmé indiqué expliqué annoncé ajouté selon déclare affirme",
    de="sagte erklärte teilte laut betonte",
    pt="disse afirmou declarou explicou segundo informou",
    it="detto dichiarato afferma secondo dice",
    pl="powiedział powiedziała poinformował oświadczył według",
    tr="dedi söyledi açıkladı",
)
CONJUNCTIONS = frozenset("та і й и y e et und i oraz ve and a".split())
# Inside a longer name, in small letters.
INNER = (
    LINKS
    | ARTICLES
    | frozenset(
        "де да ду дель ди ла ле эль ель аль sur en lès au aux y e et і та и на над под під am an bei und i sous démocratique democrática populaire popular arabes árabes".split()
    )
) - {"a"}
# What a name may end in, in small letters.
ENDINGS = frozenset(
    "море моря морі море морем затока затоки затоці залив залива заливе река реки реке річка річки озеро озера озері озере область області области "
    "областью областю обл район району районі района районе край краю крае округ округа "
    "saoudite saudita unis unidos centrafricaine centroafricana équatoriale ecuatorial "
    "півострів полуостров острів остров аэс аес гэс гес водохранилище водосховище водосховища хребет гори горы".split()
)
# Of places that only a capital and a preposition tell from a common word; all months and days, mostly.
COMMON = frozenset(
    "lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août septembre octobre "
    "novembre décembre montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april juni juli august september "
    "oktober november dezember понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье понеділок вівторок середа "
    "середу четвер п'ятниця п'ятницю субота суботу неділя неділю січень березень dios gobierno estado estados república presidencia paz "
    "fuerzas norte sur este oeste nord sud est ouest états état gouvernement dieu onu otan union unión europea lager gefahr menschen mann männer zug züge frau frauen kind kinder "
    "regen essen halle leben ende jahr nacht morgen schule haus weg rat бог боже слава рада рад мир світ свет победа перемога центр "
    "defensa défense defesa difesa interior intérieur exteriores salud santé saúde justicia justice justiça hacienda "
    "nacional national nationale nationaux federal fédéral central centrale municipal departamental general général generale "
    "союз союза держава держави уряд захід восток запад север юг схід північ південь церква школа дім степ гора поле".split()
)

# A water's or an island's name follows.
WATERS = frozenset(
    "mer mar mare golfe golfo lac lago fleuve rivière rio río fiume canal canale détroit estrecho stretto estreito île isla ilha isola "
    "baie bahía baía baia archipel archipiélago péninsule península franja striscia faixa morze zatoka jezioro rzeka wyspa море озеро "
    "река реке реки річка річки річці затока залив пролив острів острови остров острове острова протока сектор сектора секторе секторі".split()
)
# Adjectives of countries that no ending leads to: their stems.
_PEOPLES = {
    "uk": "американськ:US британськ:GB англійськ:GB французьк:FR німецьк:DE турецьк:TR польськ:PL китайськ:CN корейськ:KR "
    "білоруськ:BY угорськ:HU чеськ:CZ литовськ:LT росіян:RU українц:UA",
    "ru": "американск:US британск:GB английск:GB французск:FR немецк:DE турецк:TR польск:PL китайск:CN белорусск:BY венгерск:HU "
    "чешск:CZ литовск:LT россиян:RU украинц:UA",
    "es": "estadounidense:US norteamerican:US venezolan:VE frances:FR francés:FR ingles:GB inglés:GB aleman:DE alemán:DE turc:TR "
    "británic:GB salvadoreñ:SV español:ES libanes:LB libanés:LB japones:JP japonés:JP chin:CN afgan:AF haitian:HT ecuatorian:EC surcorean:KR norcorean:KP",
    "ar": "أمريك:US أميرك:US امريك:US",
    "fr": "américain:US britannique:GB anglais:GB allemand:DE turc:TR turque:TR espagnol:ES ivoirien:CI burkinabè:BF camerounais:CM "
    "sud-african:ZA tchèque:CZ grec:GR grecque:GR suisse:CH danois:DK",
    "de": "amerikanisch:US britisch:GB französisch:FR türkisch:TR deutsch:DE polnisch:PL chinesisch:CN",
    "pt": "american:US britânic:GB alem:DE francês:FR inglês:GB turc:TR espanhol:ES",
    "it": "american:US britannic:GB tedesc:DE frances:FR ingles:GB turc:TR spagnol:ES cines:CN",
    "pl": "amerykańsk:US brytyjsk:GB niemieck:DE francusk:FR tureck:TR polsk:PL",
}
PEOPLES = {
    language: tuple((stem.split(":")[0], stem.split(":")[1]) for stem in stems.split())
    for language, stems in _PEOPLES.items()
}
# Endings of adjectives, and what makes the country's name of their stems.
COUNTRY_ENDINGS: dict[str, dict[str, str]] = {
    "uk": {"ійськ": "ія ій", "ськ": "а - ь", "зьк": "зія", "цьк": "ія"},
    "ru": {"ийск": "ия ий", "ск": "а - ь ия", "нск": "н"},
    "es": {
        "iano": "ia - ía",
        "ano": "ania ia a o",
        "o": "ia a",
        "eño": "a",
        "í": "-",
        "és": "ia a",
        "eno": "e ia",
    },
    "fr": {
        "ien": "e i ie - ia",
        "éen": "ée e",
        "ais": "e ie - a",
        "ain": "aine e a",
        "e": "ie e",
        "ois": "e ie -",
        "éien": "é",
    },
    "de": {"isch": "land e ien -", "nisch": "n"},
    "pt": {"iano": "ia - ânia", "ano": "ânia ia a o", "o": "ia a o", "ês": "a ia", "ense": "- a"},
    "it": {"iano": "ia - e", "ano": "ania ia o", "o": "ia a", "ese": "a ia -"},
    "pl": {"yjsk": "ja ia", "sk": "a -", "ńsk": "na nia n", "ijsk": "ia"},
}
# Adjectival endings behind these stems, and what turns plural and feminine forms into the masculine one.
ADJECTIVAL = {
    "uk": "ий|ого|ому|им|ім|а|ої|ій|у|ою|е|і|их|ими",
    "ru": "ий|ого|ому|им|ом|ая|ой|ую|ое|ие|их|ими",
    "pl": "i|iego|iemu|im|a|iej|ą|ie|ich|imi",
    "de": "|e|en|er|es|em",
}


def _keys(words: str) -> frozenset[str]:
    return frozenset(name_key(word) for word in words.split())


ARABIC_CUES = _keys(
    "مدينة مدينتي مدن بلدة بلدتي بلدات قرية قريتي قرى محافظة محافظتي محافظات ولاية ولايتي إقليم مديرية مخيم ناحية قضاء ريف "
    "منطقة ضاحية ميناء جزيرة مطار معبر حي بلدية عاصمة العاصمة دوار سهل وادي جبل مضيق"
)
ARABIC_REGIONS = _keys("محافظة محافظتي محافظات ولاية ولايتي إقليم")
ARABIC_LOCATIVE = _keys(
    "في من إلى قرب نحو باتجاه غرب شرق شمال جنوب وسط شمالي جنوبي شرقي غربي على بين داخل خارج جنوبا شمالا قبالة"
)
ARABIC_TITLES = _keys(
    "الرئيس رئيس الوزير وزير اللواء العميد العقيد المقدم الرائد النقيب الجنرال الشيخ الدكتور دكتور الطبيب الطبيبة السيد السيدة المتحدث الناطق الأمير "
    "الملك ملك القائد قائد السفير المدير مدير النائب محافظ المحافظ الصحفي الصحفية الناشط أمير السلطان المهندس القاضي المبعوث المندوب باسم يدعى"
)
ARABIC_FIRST_NAMES = _keys(
    "محمد أحمد علي حسن حسين محمود مصطفى خالد عمر عثمان إبراهيم يوسف عبد عبدالله عبدالرحمن سعيد صالح ياسر سمير بشار فاطمة مريم عائشة زينب سارة ليلى "
    "بنيامين فلاديمير دونالد جو إيمانويل رجب حسام وليد طارق عادل ناصر جمال كمال هشام ماهر رامي فيصل سلمان طالب بو أبو بن"
)
ARABIC_STOP = _keys(
    "في من إلى على عن مع بين قد لقد كان كانت يكون تكون هذا هذه ذلك تلك التي الذي الذين ما ماذا لم لن لا إن أن أنه أنها إنه إنها و أو ثم حتى بعد قبل "
    "عند عندما حيث كما كل بعض غير أي هو هي هم نحن كذلك أيضا اليوم أمس غدا يوم أيام ساعة ساعات شهر سنة عام العام صباح مساء ليل الليل فجر الفجر "
    "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة عشرات مئات آلاف مئة ألف مليون الأول الثاني "
    "قال قالت أعلن أعلنت أكد أكدت أفاد أفادت ذكر ذكرت أضاف أضافت وقع وقعت قتل قتلت أصيب جرح مقتل إصابة قصف غارة غارات هجوم انفجار حريق زلزال فيضان فيضانات "
    "سيل سيول أمطار قوات قوة جيش الجيش الشرطة الدفاع المدني مدني مدنيين شخص أشخاص رجل رجال امرأة نساء طفل أطفال سكان أهالي عائلة منزل منازل مبنى بيت بيوت "
    "مستشفى مدرسة مسجد كنيسة سوق السوق شارع طريق جسر مركز المركز دولة الدولة دول حكومة الحكومة بلد البلد بلاد البلاد الوطن وزارة الوزارة مجلس لجنة هيئة منظمة "
    "مدينة محافظة بلدة قرية منطقة ولاية ناحية المنطقة المدينة المحافظة البلدة القرية حي الحي ريف الريف شرق غرب شمال جنوب الشرق الغرب الشمال الجنوب وسط الوسط "
    "شرقي غربي شمالي جنوبي الشرقي الغربي الشمالي الجنوبي الشرقية الغربية الشمالية الجنوبية حرب الحرب سلام السلام نار النار ماء الماء مياه بحر البحر نهر جبل "
    "الجبل الله رب مصدر مصادر مصدرا تقرير بيان خبر أخبار وكالة صحيفة قناة جديد جديدة الجديد الجديدة كبير كبيرة الكبير الكبيرة صغير صغيرة قديم قديمة طويل عدة عدد "
    "أكثر أقل نحو حوالي خلال أثناء بسبب نتيجة جراء تحت فوق أمام خلف داخل خارج ضد منذ حين سوى فقط لدى حال حالة حق باب عين رأس تل خط نقطة كان نظام النظام حزب الحزب "
    "كانوا أنقاض طائرة طائرات مسيرة صاروخ صواريخ قذيفة قذائف سيارة حافلة قطار دم نصر النصر فتح حماس عامر سالم سليم سعد طب علم كرم نور حياة أمل مال ذهب لحم "
    "سد سدود جثة جثث ضحايا قتلى جرحى مصابين مفقودين نازحين لاجئين حدود الحدود مخيم قاعدة مطار ميناء معبر جزيرة رئيس الرئيس وزير الوزير عاصمة العاصمة نساء دول "
    "الداخلية الخارجية الصحة العدل المالية الإعلام التعليم الزراعة الطاقة النفط التجارة "
    "الآن هنا هناك لكن بل إذا لو مثل دون حول عبر ضمن إثر وفق لها له لهم لنا بها به بهم فيها فيه منها منه عليها عليه إليها إليه بأن بما لما مما كي لكي سوف ليس ليست"
)
ARABIC_ORGANISATION = _keys(
    "جامعة منظمة وكالة هيئة بنك نادي حزب حركة جبهة لجنة مجلس جمعية شركة قناة صحيفة جريدة وزارة"
)
ARABIC_SETTLEMENTS = _keys("مدينة مدينتي مدن بلدة بلدتي بلدات قرية قريتي قرى مخيم")
ARABIC_VILLAGES = _keys("بلدة قرية مخيم")
