"""Time zones in the words people use: "Central Time", not "America/Chicago"."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone, get_timezone_name
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

# What "use another time zone" offers: one for each clock that is kept in the United States.
US_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "Pacific/Guam",
)


# Zones of the database that keep the same clock today as a better known neighbour.
SAME_CLOCK = {
    "America/Detroit": "America/New_York",
    "America/Fort_Wayne": "America/New_York",
    "America/Indiana/Indianapolis": "America/New_York",
    "America/Indiana/Marengo": "America/New_York",
    "America/Indiana/Petersburg": "America/New_York",
    "America/Indiana/Vevay": "America/New_York",
    "America/Indiana/Vincennes": "America/New_York",
    "America/Indiana/Winamac": "America/New_York",
    "America/Indianapolis": "America/New_York",
    "America/Kentucky/Louisville": "America/New_York",
    "America/Kentucky/Monticello": "America/New_York",
    "America/Louisville": "America/New_York",
    "America/Indiana/Knox": "America/Chicago",
    "America/Indiana/Tell_City": "America/Chicago",
    "America/Menominee": "America/Chicago",
    "America/North_Dakota/Beulah": "America/Chicago",
    "America/North_Dakota/Center": "America/Chicago",
    "America/North_Dakota/New_Salem": "America/Chicago",
    "America/Boise": "America/Denver",
    "America/Juneau": "America/Anchorage",
    "America/Nome": "America/Anchorage",
    "America/Sitka": "America/Anchorage",
    "America/Yakutat": "America/Anchorage",
    "America/St_Thomas": "America/Puerto_Rico",
}
# Where the general name would not tell two clocks apart.
OWN_WORDS = {
    "America/Phoenix": _("Arizona Time"),
    "America/Adak": _("Aleutian Time"),
    "Pacific/Honolulu": _("Hawaii Time"),
}


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def find(name: str | None) -> ZoneInfo | None:
    """The zone of that IANA name, or None: what a browser or a cookie says is not to be trusted."""
    if not name or name not in _names() or "/" not in name:
        return None
    return ZoneInfo(SAME_CLOCK.get(name, name))


def words(zone: ZoneInfo | str) -> str:
    """The zone's generic name in the language of now, such as "Eastern Time"."""
    name = str(zone)
    if name in OWN_WORDS:
        return str(OWN_WORDS[name])
    return _words(name, to_locale(get_language() or "en-us"))


@cache
def _words(name: str, locale: str) -> str:
    return get_timezone_name(get_timezone(name), width="long", locale=locale, zone_variant=None)


def choices(*also: str) -> list[tuple[str, str]]:
    """Zones to choose from, `also` ones first where they are not among the usual."""
    extra = [name for name in dict.fromkeys(also) if name not in US_ZONES]
    return [(name, words(name)) for name in (*extra, *US_ZONES)]
