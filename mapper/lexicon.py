"""The words around names, by which a place is told from a person, an organisation or a common word. All in lower case."""

from __future__ import annotations

CONNECTORS = frozenset(
    "of de la le les du des da do dos das del di al el the and upon on am an sur en y bin ibn e i".split()
)
LOCATIVE = frozenset(
    "in at near from outside inside around across toward towards into to over off throughout within between through "
    "beyond entered reached left struck shook rocked hit north south east west northern southern eastern western central of downtown nearby on".split()
)
STRICTLY_LOCATIVE = frozenset("in at near outside off".split())
AREA_WORDS = frozenset(
    "region oblast province state county district governorate prefecture krai republic territory department canton "
    "voivodeship division township municipality raion".split()
)
GENERIC = frozenset(
    "village town city port hamlet settlement suburb district municipality township island capital neighborhood neighbourhood".split()
)
TITLES = frozenset(
    "president minister secretary chancellor premier king queen prince princess pope senator rep representative judge "
    "justice gov governor mayor sheriff chief general gen colonel col major maj captain capt lieutenant lt sergeant sgt "
    "corporal cpl admiral commander officer detective inspector spokesman spokeswoman spokesperson official analyst "
    "director professor prof doctor dr mr mrs ms miss sir lord lady dame reverend rev father sister brother coach "
    "ambassador envoy leader lawyer attorney journalist photographer reporter correspondent author chairman chairwoman "
    "mp congressman congresswoman councilman deputy candidate actor actress singer player named called".split()
)
# Words that make a capitalised phrase the name of an organisation, a newspaper, a law, an award.
ORGANISATION = frozenset(
    "university college school institute academy hospital medical police army navy force forces guard ministry department "
    "court council committee commission parliament assembly congress senate government administration agency authority "
    "bank company corporation corp inc ltd group holdings party union alliance front movement league association society "
    "foundation center centre club fc united times post herald tribune news journal gazette daily press radio tv television "
    "championship cup games open festival museum theatre theater church airlines airways act treaty agreement accord "
    "convention service bureau office embassy team rights service".split()
)
CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december easter christmas ramadan eid".split()
)
# Buildings and grounds: an institution named after a place also stands there, if the words before say "at" or "in".
FACILITIES = frozenset(
    "university college school hospital church mosque station airport prison stadium park market bridge port harbor harbour "
    "base museum theatre theater center centre clinic mall gardens garden square academy".split()
)
# What the name of a site or a water may end in, in small letters: "the Zaporizhzhia nuclear power plant".
SITE_WORDS = frozenset(
    "plant dam refinery crossing terminal airfield camp river lake reservoir shipyard depot checkpoint".split()
) | (FACILITIES - {"square", "gardens", "garden", "market", "mall"})
OPENING_WORDS = (
    LOCATIVE
    | CONNECTORS
    | frozenset(
        "a an this that these those it its he she they we his her their our as after before while when where if but or so yet for with by "
        "two three four five six seven eight nine ten both each some many most several all another one no not".split()
    )
)
SEAS = frozenset(["Gulf", "Sea", "Ocean", "Strait", "Straits"])
WATERS = frozenset("gulf sea strait straits bay cape lake sound".split())
MEDIA_NOUNS = frozenset(
    "agency newspaper outlet channel network broadcaster magazine website daily tabloid weekly".split()
)
# Media that are named like a place.
MEDIA = frozenset(
    ["al jazeera", "dawn", "the hill", "the sun", "sun", "politico", "axios", "sana", "interfax"]
)
GOVERNMENT_VERBS = frozenset(
    "said says accused warned denied insisted announced claimed vowed rejected condemned urged agreed sought wants wanted "
    "demanded responded retaliated blamed signed insists imposed recalled summoned expelled called hopes decided accepted".split()
)
STREETS = frozenset(
    "street st road rd avenue ave boulevard blvd lane ln drive dr highway hwy parkway pkwy freeway expressway turnpike "
    "interstate route motorway court ct place square terrace circle crossing bypass pike alley way trail loop".split()
)
# What may stand within the name of a site, in small letters: "the Zaporizhzhia nuclear power plant".
SITE_MIDDLES = frozenset(
    "nuclear power hydroelectric thermal refugee air naval military army oil gas border international".split()
)
# Bodies whose short names look like a country's.
BODIES = frozenset("un u.n. nato who unicef unesco opec asean".split())
# Parts of places, before their names.
SIDES = frozenset(
    "north south east west northern southern eastern western northeast northwest southeast southwest northeastern northwestern "
    "southeastern southwestern central".split()
)
# What is half a name when it stands alone.
NO_NAMES = AREA_WORDS | frozenset("st st. saint mt mt. ft ft. city twp twp. co co.".split())
