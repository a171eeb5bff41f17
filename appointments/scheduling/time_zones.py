"""Time zones in the words people use: "Central Time", not "America/Chicago"."""

from datetime import datetime
from functools import cache
from typing import TypeGuard
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from babel.dates import get_timezone, get_timezone_name
from django.utils.translation import get_language, gettext, to_locale
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
    # Older names, which some browsers and systems still say.
    "America/Atka": "America/Adak",
    "America/Knox_IN": "America/Chicago",
    "America/Shiprock": "America/Denver",
    "America/Virgin": "America/Puerto_Rico",
    "Pacific/Johnston": "Pacific/Honolulu",
    "Pacific/Saipan": "Pacific/Guam",
    "US/Alaska": "America/Anchorage",
    "US/Aleutian": "America/Adak",
    "US/Arizona": "America/Phoenix",
    "US/Central": "America/Chicago",
    "US/East-Indiana": "America/New_York",
    "US/Eastern": "America/New_York",
    "US/Hawaii": "Pacific/Honolulu",
    "US/Indiana-Starke": "America/Chicago",
    "US/Michigan": "America/New_York",
    "US/Mountain": "America/Denver",
    "US/Pacific": "America/Los_Angeles",
}
# Where the general name would not tell two clocks apart, or where in Spanish Unicode's is not what
# people in the United States say.
OWN_WORDS = {
    "America/New_York": _("Eastern Time"),
    "America/Denver": _("Mountain Time"),
    "America/Phoenix": _("Arizona Time"),
    "America/Adak": _("Aleutian Time"),
    "Pacific/Honolulu": _("Hawaii Time"),
}


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def find(name: str | None) -> ZoneInfo | None:
    """Return the zone of a place by its IANA name, or None.

    What a browser or a cookie says is not to be trusted. "Etc/GMT+5", "UTC" and their like are
    nobody's place: browsers say so that hide where they are.
    """
    if not is_zone(name) or name.startswith("Etc/"):
        return None
    return ZoneInfo(SAME_CLOCK.get(name, name))


def is_zone(name: str | None) -> TypeGuard[str]:
    """Whether a calendar can be kept by it, of a place or not."""
    return bool(name) and name in _names() and "/" in name


def words(zone: ZoneInfo | str) -> str:
    """Return the zone's generic name in the language of now, such as "Eastern Time".

    That of no place, or of one which has no name, says how far it is from UTC, or its city.
    """
    name = SAME_CLOCK.get(str(zone), str(zone))
    if name in OWN_WORDS:
        return str(OWN_WORDS[name])
    if _has_name(name):
        return _words(name, to_locale(get_language() or "en-us"))
    if "/" in name and not name.startswith("Etc/"):
        return gettext("%(city)s Time") % {"city": name.rpartition("/")[2].replace("_", " ")}
    return _from_utc(name)


@cache
def _has_name(name: str) -> bool:
    """Whether Unicode's tables know where it is."""
    name = get_global("zone_aliases").get(name, name)
    return get_global("zone_territories").get(name, "ZZ") not in ("ZZ", "001")


def _from_utc(name: str) -> str:
    offset = datetime.now(ZoneInfo(name)).utcoffset() if name in _names() else None
    hours = int(offset.total_seconds() // 3600) if offset else 0
    return f"UTC{'−' if hours < 0 else '+'}{abs(hours)}" if hours else "UTC"


@cache
def _words(name: str, locale: str) -> str:
    return get_timezone_name(get_timezone(name), width="long", locale=locale, zone_variant=None)


def choices(*also: str) -> list[tuple[str, str]]:
    """Zones to choose from, `also` ones first where they are not among the usual."""
    extra = [name for name in dict.fromkeys(also) if name not in US_ZONES]
    return [(name, words(name)) for name in (*extra, *US_ZONES)]
