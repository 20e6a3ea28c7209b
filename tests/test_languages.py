"""The language of a text, and the nominatives that inflected names may have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.languages import LANGUAGES, READ_CHARS, base_forms, is_function_word, language

TEXTS = [
    ("Explosion kills five in Kyiv, officials say.", "en"),
    ("Kharkiv", "en"),
    ("", "en"),
    ("12345 – 67", "en"),
    ("Los Angeles shooting", "en"),
    ("Rio de Janeiro floods", "en"),
    ("Battle of El Alamein", "en"),
    ("Вибух у Харкові", "uk"),
    ("Київ і Львів", "uk"),
    ("Сили оборони збили дрони над областю, є постраждалі", "uk"),
    ("Взрыв в Харькове", "ru"),
    ("Москва", "ru"),
    ("Он сообщил, что пострадавших нет", "ru"),
    ("Explosión en Járkov", "es"),
    ("Un muerto y dos heridos en un atentado en la ciudad de Cali", "es"),
    ("Attaque à Paris", "fr"),
    ("Une explosion fait cinq morts dans le nord du Mali", "fr"),
    ("انفجار في حلب", "ar"),
    ("Der Angriff auf Kiew hat das Kraftwerk getroffen", "de"),
    ("Atentado em São Paulo deixa dois mortos", "pt"),
    ("Attacco a Roma nella notte, due morti", "it"),
    ("Atak na Charków, zginęły dwie osoby w mieście", "pl"),
    ("Konya'da bir patlama oldu", "tr"),
    ("Het leger is in de stad van de koning en het volk", "und"),
    ("Експлозија у Београду", "und"),
    ("Взривът в София ранил двама", "und"),
    ("انفجار در تهران و گزارش پلیس", "und"),
    ("ウクライナ", "und"),
    ("פיצוץ בתל אביב", "und"),
]
FORMS = {
    "uk": "Харкові>Харків Харкова>Харків Харковом>Харків Одесі>Одеса Києва>Київ Львові>Львів Запоріжжі>Запоріжжя Сумах>Суми "
    "Сум>Суми Донецькій>Донецька Донецької>Донецька області>область Покровську>Покровськ Бердянську>Бердянськ Бахмуті>Бахмут "
    "Миколаєва>Миколаїв Тернополі>Тернопіль Маріуполя>Маріуполь Розі>Ріг Авдіївці>Авдіївка Авдіївку>Авдіївка Чернівцях>Чернівці "
    "Чернівців>Чернівці Черкас>Черкаси Липцях>Липці Лопані>Лопань Часового>Часів Кам'янці>Кам'янець Росії>Росія "
    "Вінниці>Вінниця Рівному>Рівне Дніпрі>Дніпро Куп'янську>Куп'янськ Олешок>Олешки Козачій>Козача Очакові>Очаків Парижі>Париж",
    "ru": "Харькове>Харьков Белгороде>Белгород Москве>Москва Москвы>Москва Москвой>Москва Донецке>Донецк Курской>Курская "
    "Курскую>Курская области>область Сумах>Сумы Сум>Сумы Николаеве>Николаев Энгельсе>Энгельс Черновцах>Черновцы Липцов>Липцы "
    "Грозном>Грозный Грозного>Грозный Мариуполя>Мариуполь Запорожья>Запорожье Казани>Казань Казанью>Казань Сирии>Сирия "
    "Сирией>Сирия Часовом>Часов Авдеевки>Авдеевка Череповце>Череповец Торжке>Торжок Китае>Китай Отрадном>Отрадное "
    "Набережных>Набережные Челнах>Челны Суджу>Суджа Приморье>Приморье Нижнем>Нижний",
    "pl": "Warszawie>Warszawa Krakowie>Kraków Lwowie>Lwów Gdańsku>Gdańsk Charkowa>Charków Katowicach>Katowice Rosji>Rosja Łodzi>Łodź "
    "Biełgorodzie>Biełgorod Polski>Polska",
    "ar": "بحلب>حلب والحسكة>الحسكة للعراق>العراق وبدمشق>دمشق الرقة>رقة وغزة>غزة",
    "de": "Kiews>Kiew",
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_the_language_of_a_text(text: str, expected: str) -> None:
    assert language(text) == expected


def test_only_the_beginning_of_a_text_is_read() -> None:
    assert language("Вибух у Харкові. " * (READ_CHARS // 10) + "the of and " * 100_000) == "uk"


@pytest.mark.parametrize(("code", "pairs"), FORMS.items())
def test_an_inflected_name_leads_to_its_nominative(code: str, pairs: str) -> None:
    missed = [
        pair for pair in pairs.split() if pair.split(">")[1] not in base_forms(pair.split(">")[0], code)
    ]
    assert not missed


def test_a_word_is_its_own_first_form() -> None:
    assert base_forms("Харків", "uk")[0] == "Харків"
    assert base_forms("Paris", "fr") == ("Paris",)
    assert base_forms("ХАРКОВІ", "uk")[0] == "ХАРКОВІ"


def test_letters_that_no_rule_counts_on_are_left_alone() -> None:
    assert base_forms("İstanbul", "de") == ("İstanbul",)


def test_function_words() -> None:
    assert is_function_word("Та", "uk")
    assert not is_function_word("Харків", "uk")
    assert is_function_word("nicht", "und")


@given(st.text(max_size=200))
def test_any_text_has_a_language(text: str) -> None:
    assert language(text) in {*LANGUAGES, "und"}


@given(st.text(max_size=20), st.sampled_from([*LANGUAGES, "und"]))
def test_any_word_has_few_forms_and_is_the_first(word: str, code: str) -> None:
    forms = base_forms(word, code)
    assert forms[0] == word
    assert len(set(forms)) == len(forms) <= 16
