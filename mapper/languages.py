"""Tells the language of a text, and which names an inflected place name may stand for.

Both work from small tables of function words, letters and endings: no list of places, no model.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from itertools import islice

import regex

LANGUAGES = ("en", "uk", "ru", "es", "fr", "ar", "de", "pt", "it", "pl", "tr")
READ_CHARS = 20_000  # of a text, from its beginning: more does not change the answer
# Function words, in small letters. A word that several languages share counts less for each.
FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in a is was were for on that with by at from as it its his her their they he she be been "
        "has have had are this which who will would not but or an after before near said says over into killed people "
        "kills kill dead hits dies injured fire bomb blast attack",
        "uk": "і й та в у на з із зі до від за по про при що як який яка які це цей ця його її їх він вона вони був "
        "була було були не але або чи також після під час через біля для тому де ще вже немає є лише внаслідок "
        "щодо проти між серед однак якщо коли без над понад близько сьогодні вчора",
        "ru": "и в во на с со из к ко от за по о об про при что как который которая которые это этот эта его её ее их он "
        "она они был была было были не но или также после под во время через около для где еще ещё уже нет лишь "
        "только против между среди однако если когда без над более сегодня вчера чтобы до из-за",
        "es": "el la los las de del y en que a al un una unos unas por con para se su sus es fue fueron ha han no lo "
        "como más pero este esta entre sobre según tras desde hasta cuando también muy ya son era sin donde "
        "dos tres cuatro cinco muertos heridos deja dejan ciudad",
        "fr": "le la les de des du et en que à au aux un une par avec pour se sa son ses est été a ont ne pas dans sur "
        "plus mais ce cette ces entre selon après depuis qui il elle ils sont était sans où dont leur sous chez être "
        "deux trois quatre cinq fait morts blessés ville",
        "de": "der die das und in den dem des ein eine einer einem einen von zu zum zur mit auf für ist war wurden wurde "
        "nicht auch nach bei aus am im an als wie sich hat haben sind es er sie dass aber oder durch über unter "
        "zwei drei tote verletzte stadt",
        "pt": "o a os as de do da dos das e em no na nos nas que um uma por com para se seu sua é foi foram ao à pelo "
        "pela mais mas como entre sobre segundo após desde até também já são não há ainda dois duas três mortos feridos cidade",
        "it": "il lo la i gli le di del della dei delle e in nel nella nei che un una per con da dal dalla si su sul sulla "
        "è sono stato stati stata ha hanno non anche al alla come più ma dopo secondo tra fra presso era due tre morti feriti città",
        "pl": "w we i na z ze do od za po o się nie że to jest był była było były oraz a przez dla przy pod nad jak który "
        "która które jego jej ich po przed między ale lub także według podczas po",
        "tr": "ve bir bu da de ile için olarak olan oldu en çok daha ya o gibi kadar sonra göre ise ancak her ne değil "
        "var yok dedi etti üzerinde içinde tarafından bin",
    }.items()
}
# Languages that are not read, so that they are not taken for one that is.
_OTHERS = (
    frozenset(
        "de het een van en is op te dat niet zijn voor met aan ook bij naar door uit werd worden deze".split()
    ),
    frozenset(
        "och i att det som en på är av för den med till inte var har ett de om og ikke til fra blev".split()
    ),
    frozenset(
        "și în de la cu pe nu un o este au fost din care pentru mai sa după a az és hogy nem egy".split()
    ),
    frozenset(
        "a v na se je že s z do ve pro jako byl byla které yang dan di dari ini itu untuk dengan pada".split()
    ),
)
# Letters that tell a language, and others that several share.
_LETTERS = {
    "es": "ñ", "pt": "ãõ", "de": "äß", "fr": "êûœëâî", "it": "ìò", "pl": "łąęśżźćń", "tr": "ğış",
}  # fmt: skip
_ACCENTED = {"á": ("es", "pt"), "í": ("es", "pt"), "ó": ("es", "pl", "pt"), "ç": ("fr", "pt", "tr"), "è": ("fr", "it"),
             "à": ("fr", "it"), "é": ("fr", "es", "pt"), "ü": ("de", "tr"), "ö": ("de", "tr"), "ú": ("es", "pt"),
             "ô": ("fr", "pt"), "ù": ("fr", "it")}  # fmt: skip
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*")
_ENOUGH = 0.45  # of evidence: half a word that no other language has, within a sentence
_MOST_WORDS = 4_000

_SCRIPTS = {
    "latin": regex.compile(r"\p{Latin}"),
    "cyrillic": regex.compile(r"\p{Cyrillic}"),
    "arabic": regex.compile(r"\p{Arabic}"),
    "other": regex.compile(r"[^\P{L}\p{Latin}\p{Cyrillic}\p{Arabic}]"),
}


def language(text: str) -> str:
    """Return the language of a text: one of :data:`LANGUAGES`, or "und" for any other.

    Parameters
    ----------
    text : str
        Any text; its first 20,000 characters are looked at.

    Returns
    -------
    str
        ISO 639-1 code. Latin letters without any evidence are taken for English, Cyrillic ones for Russian.

    Examples
    --------
    >>> language("Вибух у Харкові"), language("Взрыв в Харькове"), language("Explosión en Járkov"), language("Kharkiv")
    ('uk', 'ru', 'es', 'en')
    """
    text = text[:READ_CHARS]
    counts = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS.items()}
    script = max(counts, key=lambda name: counts[name])
    if script == "cyrillic":
        return _cyrillic(text.lower())
    if script == "arabic":
        own = len(regex.findall("[پچژگڤکیٹڈڑںےھہۍېټډڕۆێ]", text))  # Persian, Urdu, Pashto, Kurdish
        return "und" if own > counts["arabic"] * 0.015 else "ar"
    return "und" if script == "other" else _latin(text)


def _cyrillic(text: str) -> str:
    words = _WORD.findall(text)
    foreign = len(regex.findall("[јљњћђџѓќѕўәғқңөұүһ]", text)) * 2
    if "ъ" in text and not regex.search("[ыэё]", text):  # Bulgarian
        foreign += 3 * text.count("ъ")
    scores = {
        "uk": sum(text.count(letter) for letter in "іїєґ"),
        "ru": sum(text.count(letter) for letter in "ыэёъ"),
    }
    for code, other in (("uk", "ru"), ("ru", "uk")):
        scores[code] += sum(w in FUNCTION_WORDS[code] and w not in FUNCTION_WORDS[other] for w in words)
    if foreign > max(scores.values()):
        return "und"
    return "uk" if scores["uk"] > scores["ru"] else "ru"


@lru_cache(maxsize=1)
def _weights() -> dict[str, list[tuple[str, float]]]:
    """Return for each function word in Latin letters the languages that have it, and what it counts for each."""
    tables = [(code, words) for code, words in FUNCTION_WORDS.items() if code not in {"uk", "ru"}]
    tables += [(f"other {number}", words) for number, words in enumerate(_OTHERS)]
    shared = Counter(word for code, words in tables if code in LANGUAGES for word in words)
    weights: dict[str, list[tuple[str, float]]] = {}
    for code, words in tables:
        for word in words:
            weights.setdefault(word, []).append((code, 1 / max(shared[word], 1)))
    return weights


_IN_NAME = regex.compile(r"\p{L} (?:d[aeiou]|de[lrn]|d[ao]s|des|du|la|las|los|el|al|van|von|y|e) \p{Lu}")


def _latin(text: str) -> str:
    scores: defaultdict[str, float] = defaultdict(float)
    weights = _weights()
    for found in islice(_WORD.finditer(text), _MOST_WORDS):
        word = found[0].lower()
        if word not in weights and word.isascii():  # nearly all: they tell nothing
            continue
        share = 1.0 if found[0].islower() else 0.4  # a capital word may be part of a name: "Los Angeles"
        if _IN_NAME.match(text, found.start() - 2, found.end() + 2):
            share = 0.2  # "Playa del Carmen", "Boca do Rio"
        for code, weight in weights.get(word, ()):
            scores[code] += weight * share
        if not word.isascii():
            for code, letters in _LETTERS.items():
                if any(letter in word for letter in letters):
                    scores[code] += 0.5 * share
            if word.endswith(("ción", "sión")):
                scores["es"] += share
            for letter, codes in _ACCENTED.items():
                if letter in word:
                    for code in codes:
                        scores[code] += 0.3 * share
    if not scores:
        return "en"
    # Of languages with equal evidence, the one that is named first.
    best = max((*LANGUAGES, *(f"other {n}" for n in range(len(_OTHERS)))), key=lambda code: scores[code])
    if scores[best] < _ENOUGH or scores["en"] >= scores[best]:
        return "en"
    return best if best in LANGUAGES else "und"


# Endings and what may have stood in their place in the nominative.
_ENDINGS: dict[str, dict[str, str]] = {
    # "-" is no ending at all.
    "uk": {
        "ої": "а", "ій": "а", "ою": "а", "ого": "ий е", "ому": "ий е", "им": "ий е", "ім": "ий е", "их": "і", "ими": "і",
        "ового": "ів", "овому": "ів", "овим": "ів", "ьої": "я", "ьому": "ій є",
        "ами": "и", "ах": "и", "ам": "и", "ями": "і", "ях": "і", "ям": "і я", "ів": "и і", "їв": "ї",
        "ом": "- о", "ем": "ь - е", "єм": "й", "ові": "- о", "еві": "ь", "єві": "й",
        "а": "- о", "я": "ь й е", "у": "- а о", "ю": "ь я й е", "і": "- а о ь я е", "ї": "я й", "и": "а", "ею": "я а",
        "єю": "я", "ці": "ка к ець", "зі": "га г", "сі": "ха х", "ця": "ець", "цю": "ець", "цем": "ець", "ку": "ок",
        "ка": "ок",
    },
    "ru": {
        "ой": "ая а ой", "ую": "ая", "ей": "яя я", "юю": "яя", "ого": "ый ий ое ой", "его": "ий ее", "ому": "ый ий ое ой",
        "ему": "ий ее", "ом": "- о ый ий ое ой", "ем": "ь й е ий ее", "ым": "ый ое", "им": "ий ое", "ых": "ые", "их": "ие",
        "ыми": "ые", "ими": "ие", "ового": "ов", "овому": "ов", "овом": "ов", "овым": "ов", "ьей": "ья", "ью": "ь ья",
        "ами": "ы и а", "ах": "ы и а", "ам": "ы и", "ями": "и", "ях": "и", "ям": "и", "ов": "ы", "ев": "и",
        "а": "- о", "я": "ь й е", "у": "- а о", "ю": "ь я й е", "е": "- а о ь я й", "ы": "а", "и": "а ь я", "ою": "а",
        "ею": "я", "ца": "ец", "це": "ец", "цу": "ец", "цом": "ец", "ка": "ок", "ке": "ок", "ку": "ок",
    },
    "pl": {
        "owie": "ów owa owo", "owa": "ów owo", "owu": "ów", "owem": "ów owo", "ie": "- a o", "u": "-", "a": "- o", "em": "- o",
        "ach": "y i e", "y": "a", "i": "a - ja", "ii": "ia", "ji": "ja", "ę": "a", "ą": "a", "iej": "a ia", "iego": "i ie",
        "im": "i ie", "ce": "ka", "dze": "ga", "dzie": "d da", "cie": "t ta", "rze": "r ra", "le": "ł l la", "ów": "y",
    },
    "de": {"s": "-"},
}  # fmt: skip
_PLURAL = {"uk": ("и", "і"), "ru": ("ы", "и")}  # of names whose genitive has no ending: Сум, Черкас
_SHORTEST_STEM, _SHORTEST_FORM, _MOST_FORMS = 2, 2, 14
_LONGEST_ENDING = 5
_CONSONANT = regex.compile(r"[бвгґджзклмнпрстфхцчшщ]$")
_LAST_VOWEL = regex.compile(r"([оеє])([^аеєиіїоуюя]{1,3})$")
_TURNED = {"о": "і", "е": "і", "є": "ї"}
_OBLIQUE_VOWEL = regex.compile(r"[оеє]в$")  # no nominative of a Ukrainian place ends so
_CLOSED = {"-", "ь", "г", "к", "х"}
_CLITICS = ("و", "ف", "ب", "ل", "ك")


@lru_cache(maxsize=20_000)
def base_forms(word: str, language: str) -> tuple[str, ...]:
    """Return the nominative forms that an inflected place name may have.

    Parameters
    ----------
    word : str
        One word as it is written.
    language : str
        Its language, as :func:`language` gives it. Ukrainian, Russian, Polish and German (genitive) endings are known, and
        the Arabic prefixes and article; in other languages the word stands alone.

    Returns
    -------
    tuple of str
        The word itself first, then the others, likelier ones mostly first; many of them are no words.

    Examples
    --------
    >>> "Харків" in base_forms("Харкові", "uk"), "Курская" in base_forms("Курской", "ru"), base_forms("بحلب", "ar")
    (True, True, ('بحلب', 'حلب', 'الحلب'))
    """
    if language == "ar":
        return _arabic_forms(word)
    lower = word.lower()
    if language not in _ENDINGS or len(lower) != len(word) or len(word) <= _SHORTEST_FORM:
        return (word,)
    forms = {word: None}
    table = _ENDINGS[language]
    for length in range(min(_LONGEST_ENDING, len(word) - _SHORTEST_STEM), 0, -1):
        for into in table.get(lower[-length:], "").split():
            form = word[:-length] + ("" if into == "-" else into)
            for variant in _alternated(form) if language == "uk" and into in _CLOSED else (form,):
                forms.setdefault(variant)
            if language == "pl" and into == "-":
                forms.setdefault(regex.sub(r"z$", "ź", regex.sub(r"o(\p{L})$", r"ó\1", form)))
    if language in _PLURAL and len(forms) == 1 and _CONSONANT.search(lower):
        for ending in _PLURAL[language]:
            forms.setdefault(word + ending)
            fleeting = regex.sub(r"[оеё](\p{L})$", r"\1", word)
            forms.setdefault(fleeting + ending)
    return tuple(islice((form for form in forms if len(form) >= _SHORTEST_FORM or form == word), _MOST_FORMS))


def _alternated(form: str) -> tuple[str, ...]:
    """Close the last syllable of a Ukrainian form: Харков → Харків, Києв → Київ, Тернополь → Тернопіль."""
    stem, soft = (form[:-1], "ь") if form.endswith("ь") else (form, "")
    found = _LAST_VOWEL.search(stem)
    if found is None:
        return (form,)
    closed = f"{stem[: found.start()]}{_TURNED[found[1]]}{found[2]}{soft}"
    return (closed, form) if _OBLIQUE_VOWEL.search(form) else (form, closed)


def _arabic_forms(word: str) -> tuple[str, ...]:
    """Take off "and", "so", "in", "to", "like", and put the article on and off."""
    forms = {word: None}
    stems = [word]
    for _ in range(2):  # "and in": وب
        stem = stems[-1]
        if stem.startswith("لل") and len(stem) > 4:
            stems.append("ال" + stem[2:])
        elif stem.startswith(_CLITICS) and len(stem) > 3:
            stems.append(stem[1:])
        else:
            break
    for stem in stems:
        forms.setdefault(stem)
    for stem in stems:
        if stem.startswith("ال") and len(stem) > 4:
            forms.setdefault(stem[2:])
        elif len(stem) >= 3 and stem is not word:
            forms.setdefault("ال" + stem)
    return tuple(forms)


def is_function_word(word: str, language: str) -> bool:
    """Tell whether a word, in any case of letters, is a function word of a language, or of any where it is "und"."""
    lower = word.lower()
    if language in FUNCTION_WORDS:
        return lower in FUNCTION_WORDS[language]
    return any(lower in words for words in FUNCTION_WORDS.values())
