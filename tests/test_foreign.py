"""Place names of reports in Ukrainian, Russian, Spanish, French and Arabic, checked by hand; and of any text."""

import time
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import world
from mapper.foreign import find_foreign_mentions
from mapper.geodesy import distance_km
from mapper.languages import LANGUAGES, language
from mapper.model import Mention, Place, Point, Report
from mapper.resolve import resolve
from mapper.sentences import split_sentences

FAR_KM = 30.0
SHARE = 0.9  # of the places, resolved within FAR_KM
AREAS = {"country", "region", "area", "water"}  # which no distance is measured to


@dataclass(frozen=True)
class Checked:
    """A report, its places (surface, country, latitude and longitude, None for areas), and what is no place in it."""

    language: str
    text: str
    places: str
    others: str


REPORTS = [
    Checked(
        "uk",
        """У ніч на вівторок російські війська завдали удару по Харкову. За словами голови обласної адміністрації Олега
Синєгубова, авіабомби влучили у житловий квартал Куп'янська, загинули двоє людей. Ще троє постраждали в селі Липці. У Сумській,
Чернігівській та Донецькій областях також лунали вибухи.

Президент України Володимир Зеленський заявив, що ворог вдарив по енергетиці в Одесі й Миколаєві. Мер Запоріжжя Іван Федоров
повідомив про пожежу на складі. Внаслідок обстрілу Часового Яру згоріли три будинки, а в Козачій Лопані пошкоджено школу.
Мешканців Вовчанська евакуювали до Чугуєва. У Нікопольському районі поранено жінку.

Міністерство оборони Росії заявило про збиття дронів над Бєлгородом і Курською областю. Рятувальники працюють у Покровську,
Бахмуті та Кривому Розі. Служба безпеки затримала чоловіка. Раніше Зеленський обговорив поставки зброї з Кирилом Будановим у
Києві. Окупанти обстріляли Оріхів, Гуляйполе і Малу Токмачку. Шевченко написав про це у своєму каналі.""",
        "Харкову UA 49.99 36.23|Куп'янська UA 49.71 37.61|Липці UA 50.20 36.43|Сумській UA|Чернігівській UA|Донецькій областях UA|"
        "України UA|Одесі UA 46.48 30.73|Миколаєві UA 46.97 32.00|Запоріжжя UA 47.84 35.14|Часового Яру UA 48.59 37.83|"
        "Козачій Лопані UA 50.33 36.19|Вовчанська UA 50.29 36.94|Чугуєва UA 49.84 36.69|Нікопольському районі UA 47.57 34.40|Росії RU|"
        "Бєлгородом RU 50.60 36.59|Курською областю RU|Покровську UA 48.28 37.18|Бахмуті UA 48.59 38.00|Кривому Розі UA 47.91 33.39|"
        "Києві UA 50.45 30.52|Оріхів UA 47.57 35.79|Гуляйполе UA 47.66 36.26|Малу Токмачку UA 47.53 35.89",
        "Олега Синєгубова Володимир Зеленський Іван Федоров Кирилом Будановим Шевченко Мешканців Служба Президент Мер Ще Раніше",
    ),
    Checked(
        "ru",
        """В Белгороде при атаке беспилотников погибли два человека, сообщил губернатор Белгородской области Вячеслав Гладков. По
его словам, ещё один дрон упал в селе Новая Таволжанка близ Шебекино. В Курской и Брянской областях объявляли тревогу.

Украинские власти заявили о взрывах в Харькове, Сумах и Черновцах. Мэр Харькова Игорь Терехов рассказал, что ракета попала в
гостиницу. В Николаеве загорелась нефтебаза. Министр обороны Андрей Белоусов приехал в Энгельс, где начался пожар. В Грозном
прошли похороны, на них был Рамзан Кадыров.

Жители посёлка Казачья Лопань и города Волчанска покинули дома. В Донецке под обстрел попал рынок, пострадали семь человек.
Наводнение в Оренбурге и Орске затопило сотни домов, из Соль-Илецка эвакуировали жителей. Президент России Владимир Путин поручил
МЧС помочь. По данным Красного Креста, в Судже остаются гражданские. Песков от комментариев отказался, а Иванов живёт в Подольске.
В секторе Газа погибли сорок человек, а в Красном море обстрелян танкер.""",
        "Белгороде RU 50.60 36.59|Белгородской области RU|Новая Таволжанка RU 50.37 36.84|Шебекино RU 50.41 36.90|Курской RU|"
        "Брянской областях RU|Харькове UA 49.99 36.23|Сумах UA 50.91 34.80|Черновцах UA 48.29 25.94|Харькова UA 49.99 36.23|"
        "Николаеве UA 46.97 32.00|Энгельс RU 51.49 46.12|Грозном RU 43.31 45.69|Казачья Лопань UA 50.33 36.19|Волчанска UA 50.29 36.94|"
        "Донецке UA 48.00 37.80|Оренбурге RU 51.77 55.10|Орске RU 51.20 58.57|Соль-Илецка RU 51.16 54.99|России RU|Судже RU 51.19 35.27|"
        "Подольске RU 55.43 37.55|секторе Газа PS|Красном море -",
        "Вячеслав Гладков Игорь Терехов Андрей Белоусов Рамзан Кадыров Владимир Путин МЧС Песков Иванов Креста Жители Министр По",
    ),
    Checked(
        "es",
        """Al menos nueve personas murieron el martes en un atentado en la ciudad de Cali, informó la Policía Nacional. Horas
después, un carro bomba estalló cerca de un puesto del ejército en Jamundí, en el departamento del Valle del Cauca. El presidente
Gustavo Petro viajó a Popayán y condenó los hechos. En el Catatumbo, los combates obligaron a huir a familias de Tibú y El Tarra
hacia Cúcuta.

En Ucrania, las fuerzas rusas bombardearon la región de Járkov y la localidad de Kupiansk, según el gobernador Oleg Sinegúbov. Un
hombre murió en el pueblo de Lyptsi. Volodímir Zelenski pidió más ayuda a Estados Unidos y a Alemania. En el mar Negro se hundió un
buque. EE. UU. guarda silencio.

En México, un sismo sacudió Oaxaca; hubo daños en Juchitán de Zaragoza y en Salina Cruz. La Universidad de Antioquia envió médicos.
Las autoridades ecuatorianas declararon el estado de excepción en Guayaquil y en la provincia de Esmeraldas. El ministro García no
hizo comentarios. Según Castro, las lluvias siguen en Puerto Príncipe (Haití). El Mundo publicó fotos.""",
        "Cali CO 3.44 -76.52|Jamundí CO 3.26 -76.54|Valle del Cauca CO|Popayán CO 2.44 -76.61|Catatumbo CO|Tibú CO 8.64 -72.74|"
        "El Tarra CO 8.57 -73.09|Cúcuta CO 7.89 -72.51|Ucrania UA|Járkov UA|Kupiansk UA 49.71 37.61|Lyptsi UA 50.20 36.43|"
        "Estados Unidos US|Alemania DE|mar Negro -|EE. UU. US|México MX|Oaxaca MX 17.06 -96.72|Juchitán de Zaragoza MX 16.43 -95.02|"
        "Salina Cruz MX 16.17 -95.20|Guayaquil EC -2.20 -79.90|Esmeraldas EC|Puerto Príncipe HT 18.54 -72.34|Haití HT",
        "Gustavo Petro Oleg Sinegúbov Volodímir Zelenski García Castro Mundo Policía Nacional Horas Las martes",
    ),
    Checked(
        "fr",
        """Au moins douze civils ont été tués lundi dans le village de Koulogon, près de Bankass, dans la région de Mopti, au centre
du Mali. L'armée malienne a mené des frappes à Ménaka et à Kidal, selon le colonel Souleymane Dembélé. Au Burkina Faso, des hommes
armés ont attaqué un convoi entre Djibo et Bourzanga. Le président Emmanuel Macron a évoqué la situation avec son homologue
nigérien à Paris.

En Ukraine, l'armée russe a bombardé Kharkiv et la ville de Koupiansk. Trois personnes sont mortes dans l'oblast de Soumy. Le
ministre Sébastien Lecornu s'est rendu à Odessa. En République démocratique du Congo, le M23 a pris la localité de Sake, à l'ouest de
Goma, dans la province du Nord-Kivu ; des habitants ont fui vers Bukavu. Médecins sans frontières soigne les blessés.

Des inondations ont frappé Derna, en Libye. Un séisme a secoué le sud de la Turquie, de Gaziantep à Alep. En mer Rouge, un navire
brûle. L'Iran et l'Arabie saoudite ont réagi. En Haïti, des gangs ont attaqué Port-au-Prince. Denis Sassou est resté à Brazzaville.""",
        "Koulogon -|Bankass ML 14.08 -3.52|Mopti ML|Mali ML|Ménaka ML 15.92 2.40|Kidal ML 18.44 1.41|Burkina Faso BF|"
        "Djibo BF 14.10 -1.63|Bourzanga BF 13.68 -1.55|Paris FR 48.86 2.35|Ukraine UA|Kharkiv UA 49.99 36.23|Koupiansk UA 49.71 37.61|"
        "Soumy UA|Odessa UA 46.48 30.73|République démocratique du Congo CD|Sake CD -1.57 29.04|Goma CD -1.68 29.22|Nord-Kivu CD|"
        "Bukavu CD -2.51 28.86|Derna LY 32.77 22.64|Libye LY|Turquie TR|Gaziantep TR 37.07 37.38|Alep SY 36.20 37.16|mer Rouge -|Iran IR|"
        "Arabie saoudite SA|Haïti HT|Port-au-Prince HT 18.54 -72.34|Brazzaville CG -4.27 15.28",
        "Souleymane Dembélé Emmanuel Macron Sébastien Lecornu Denis Sassou Médecins Trois Des L'armée lundi",
    ),
    Checked(
        "ar",
        """قتل سبعة مدنيين وأصيب آخرون في غارة جوية على بلدة سراقب في محافظة إدلب شمالي سوريا، بحسب ما أفاد المرصد السوري. وقال الرئيس
السوري أحمد الشرع إن القصف طال أيضا مدينة حلب وريفها. وفي دمشق انفجرت سيارة مفخخة قرب سوق مزدحم في حي شعبي.

وفي قطاع غزة، قصفت طائرات إسرائيلية مخيم جباليا وخان يونس ورفح، وقال المتحدث باسم وزارة الصحة أشرف القدرة إن عشرين شخصا قتلوا. وأعلن
الجيش اللبناني مقتل جندي في قرية مارون الراس جنوبي لبنان، كما وقع انفجار في بعلبك والهرمل.

وفي السودان دارت اشتباكات عنيفة في الخرطوم وأم درمان، ونزح السكان من الفاشر عاصمة ولاية شمال دارفور. وفي ليبيا ضربت السيول مدينة درنة
وبنغازي. وأعلنت جماعة الحوثي استهداف سفينة في البحر الأحمر، ووصلت مساعدات إلى صنعاء والحديدة في اليمن. وفي العراق قال رئيس الوزراء محمد
شياع السوداني إن هجوما وقع بكركوك وبالموصل. وزار وزير الخارجية الأمريكي القاهرة، وقال علي حسن إن الوضع صعب.""",
        "سراقب SY 35.86 36.80|محافظة إدلب SY|سوريا SY|حلب SY 36.20 37.16|دمشق SY 33.51 36.29|قطاع غزة PS|جباليا PS 31.53 34.49|"
        "خان يونس PS 31.34 34.30|رفح PS 31.29 34.25|مارون الراس LB 33.10 35.45|جنوبي لبنان LB|بعلبك LB 34.00 36.21|الهرمل LB 34.39 36.38|السودان SD|"
        "الخرطوم SD 15.55 32.53|أم درمان SD 15.64 32.48|الفاشر SD 13.63 25.35|ولاية شمال دارفور SD|ليبيا LY|درنة LY 32.77 22.64|"
        "بنغازي LY 32.12 20.07|البحر الأحمر -|صنعاء YE 15.35 44.21|الحديدة YE 14.80 42.95|اليمن YE|العراق IQ|كركوك IQ 35.47 44.39|"
        "الموصل IQ 36.34 43.13|القاهرة EG 30.04 31.24",
        "أحمد الشرع أشرف القدرة محمد شياع علي حسن سوق حي مدينة الجيش السكان شخصا الوضع على السيول",
    ),
]  # fmt: skip
DEMONYMS = {
    "uk": {"російські": "RU"},
    "ru": {"Украинские": "UA"},
    "es": {"rusas": "RU", "ecuatorianas": "EC"},
    "fr": {"malienne": "ML", "nigérien": "NE", "russe": "RU"},
    "ar": {"السوري": "SY", "إسرائيلية": "IL", "اللبناني": "LB", "الأمريكي": "US"},
}
SENTENCES = [
    ("uk", "Тривають бої в районі Степногірська.", "Степногірська UA"),
    ("uk", "У Кременчуці, Полтавська область, пролунав вибух.", "Кременчуці UA|Полтавська область UA"),
    ("uk", "На Сумщині обстріляли село Нескучнівка.", "Сумщині UA|Нескучнівка -"),
    ("uk", "Вибух на заводі у Нижньому Новгороді.", "Нижньому Новгороді RU"),
    ("ru", "В Ростове-на-Дону задержали мужчину.", "Ростове-на-Дону RU"),
    ("ru", "Пожар в Рио-де-Жанейро потушен.", "Рио-де-Жанейро BR"),
    ("ru", "Губернатор Самарской области Вячеслав Федорищев приехал в Тольятти.", "Самарской области RU|Тольятти RU"),
    ("es", "La alcaldesa Claudia López habló en La Paz, Bolivia.", "La Paz BO|Bolivia BO"),
    ("es", "Un incendio arrasó la aldea de Vallequemado.", "Vallequemado -"),
    ("fr", "L'Union européenne et la Côte d'Ivoire ont signé.", "Côte d'Ivoire CI"),
    ("de", "In Essen wurde ein Mann verletzt, teilte die Polizei in Köln mit.", "Essen DE|Köln DE"),
    ("pt", "Deslizamento em Petrópolis, no estado do Rio de Janeiro.", "Petrópolis BR|Rio de Janeiro BR"),
    ("it", "Esplosione a Casteldaccia, in provincia di Palermo.", "Casteldaccia IT|Palermo IT"),
    ("pl", "Premier Donald Tusk poleciał z Warszawy do Lwowa.", "Warszawy PL|Lwowa UA"),
    ("tr", "Suriye'nin İdlib ilinde çatışma çıktı, Konya'da yangın var.", "Suriye SY|İdlib SY|Konya TR"),
    ("uk", "Ха\u0301рків і К\u200bиїв під обстрілом.", "Ха\u0301рків UA|К\u200bиїв UA"),
]  # fmt: skip


def found_in(text: str, code: str) -> list[Mention]:
    report = Report(id="r", text=text)
    mentions = find_foreign_mentions(report, split_sentences(text), world.gazetteer(), code)
    for mention in mentions:
        assert text[mention.toponym.start : mention.toponym.end] == mention.toponym.text
    for before, after in pairwise(mentions):
        assert before.toponym.end <= after.toponym.start
    return mentions


def truth(places: str) -> list[tuple[str, str | None, Point | None]]:
    """Read "Cali CO 3.44 -76.52|Koulogon -": a surface, its country, "-" for none, and its position."""
    rows = []
    for place in places.split("|"):
        words = place.split(" ")
        point = None
        if words[-1][-1].isdigit():
            point = Point(lat=float(words[-2]), lon=float(words[-1]))
            words = words[:-2]
        rows.append((" ".join(words[:-1]), None if words[-1] == "-" else words[-1], point))
    return rows


def fits(place: Place, country: str | None, point: Point | None) -> bool:
    if country is not None and place.country != country:
        return False
    return point is None or distance_km(place.point, point) <= FAR_KM


@pytest.mark.parametrize("checked", REPORTS, ids=lambda checked: checked.language)
def test_the_places_of_a_report(checked: Checked) -> None:
    assert language(checked.text) == checked.language
    mentions = found_in(checked.text, checked.language)
    by_text = {m.toponym.text: m for m in mentions if m.toponym.role in {"literal", "metonym"}}
    missed = [surface for surface, *_ in truth(checked.places) if surface not in by_text]
    assert not missed
    wrong = [
        surface
        for surface, country, point in truth(checked.places)
        if country is not None
        and not any(fits(c.place, country, point) for c in by_text[surface].candidates[:5])
    ]
    assert not wrong
    assert set(by_text) <= {surface for surface, *_ in truth(checked.places)}


@pytest.mark.parametrize("checked", REPORTS, ids=lambda checked: checked.language)
def test_persons_organisations_and_common_words_are_no_places(checked: Checked) -> None:
    others = set(checked.others.split())
    for mention in found_in(checked.text, checked.language):
        if mention.toponym.role != "part":
            assert not others & {mention.toponym.text, *mention.toponym.text.split()}


@pytest.mark.parametrize("checked", REPORTS, ids=lambda checked: checked.language)
def test_the_places_of_a_report_are_settled_near_the_truth(checked: Checked) -> None:
    mentions = found_in(checked.text, checked.language)
    report = Report(id="r", text=checked.text)
    settled = {r.toponym.text: r.place for r in resolve(report.text, mentions, world.gazetteer())}
    rows = [row for row in truth(checked.places) if row[1] is not None]
    right = [
        surface
        for surface, country, point in rows
        if (place := settled[surface]) is not None and fits(place, country, point)
    ]
    assert len(right) >= SHARE * len(rows), {surface for surface, *_ in rows} - set(right)


@pytest.mark.parametrize("checked", REPORTS, ids=lambda checked: checked.language)
def test_adjectives_of_countries_are_demonyms(checked: Checked) -> None:
    mentions = found_in(checked.text, checked.language)
    demonyms = {m.toponym.text: m.demonym for m in mentions if m.toponym.role == "demonym"}
    assert demonyms == DEMONYMS[checked.language]


@pytest.mark.parametrize(("code", "text", "places"), SENTENCES)
def test_the_places_of_a_sentence(code: str, text: str, places: str) -> None:
    mentions = {m.toponym.text: m for m in found_in(text, code) if m.toponym.role == "literal"}
    assert set(mentions) == {surface for surface, *_ in truth(places)}
    for surface, country, _ in truth(places):
        candidates = mentions[surface].candidates
        assert (candidates[0].place.country if candidates else None) == country


def test_a_village_that_the_gazetteer_lacks_is_kept() -> None:
    (mention,) = found_in("Ракета впала в селі Нескучнівка.", "uk")
    assert mention.cued
    assert not mention.candidates


def test_an_organisation_named_after_a_place_is_a_part() -> None:
    roles = {m.toponym.text: m.toponym.role for m in found_in("La Universidad de Antioquia abrió.", "es")}
    assert roles == {"Antioquia": "part"}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=12),
            st.sampled_from("Харкові в області та село Київ, Paris de la mer في حلب بلدة . EE. UU. L' \u200f \u0301 \ud800".split(" ")),
        ),
        max_size=25,
    ),
    st.sampled_from([*LANGUAGES, "und"]),
)  # fmt: skip
def test_any_text_keeps_its_offsets(pieces: list[str], code: str) -> None:
    found_in(" ".join(pieces), code)
    found_in("".join(pieces), code)


@pytest.mark.parametrize(
    "piece",
    ["Харків та ", "А, Б області ", "ХАРКІВ КИЇВ ", "حلب و", "Saint-", "l'", "\u200f", "Київ\u200b\u200b", "п", "de la ", "EE. UU. "],
)  # fmt: skip
def test_time_grows_with_the_text(piece: str) -> None:
    took = []
    for length in (20_000, 80_000):
        text = piece * (length // len(piece))
        sentences = split_sentences(text)
        start = time.perf_counter()
        find_foreign_mentions(Report(id="r", text=text), sentences, world.gazetteer(), "uk")
        took.append(time.perf_counter() - start)
    assert took[1] < 12 * took[0] + 0.2
    assert took[1] < 4
