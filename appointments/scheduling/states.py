"""US states and the time zones in them. Facts: 49 CFR 71 (the boundaries of the zones).

A state that two zones split lists the one where most of its people live first. Names and places are
written in English here, and read in the language of now.
"""

from typing import NamedTuple

from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_noop as _


class Region(NamedTuple):
    """A part of a state that keeps one clock. `places` helps a person to recognise it."""

    zone: str
    english: str

    @property
    def places(self) -> str:
        return gettext(self.english)


class State(NamedTuple):
    code: str
    english: str
    regions: tuple[Region, ...]

    @property
    def name(self) -> str:
        return gettext(self.english)

    @property
    def zone(self) -> str:
        """The zone of most of its people."""
        return self.regions[0].zone

    def zone_for(self, name: str) -> str:
        """Return the zone of a visit there for whoever keeps the clock of `name`.

        Theirs where it is one of the state's, else the state's own: the patient will be there.
        """
        return name if name in {region.zone for region in self.regions} else self.zone

    def place(self, zone: str) -> str:
        """Return what tells its clock of `zone` from others: the state, or the part of it."""
        if not self.is_split:
            return self.name
        return next((region.places for region in self.regions if region.zone == zone), self.name)

    @property
    def slug(self) -> str:
        return self.code.lower()

    @property
    def is_split(self) -> bool:
        return len(self.regions) > 1


EASTERN, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)


def _state(code: str, name: str, *regions: tuple[str, str]) -> State:
    return State(code, name, tuple(Region(*region) for region in regions))


STATES: dict[str, State] = {
    state.code: state
    for state in (
        _state("AL", _("Alabama"), (CENTRAL, _("Birmingham and Huntsville"))),
        _state(
            "AK",
            _("Alaska"),
            ("America/Anchorage", _("Anchorage, Fairbanks and Juneau")),
            ("America/Adak", _("the western Aleutian Islands")),
        ),
        _state(
            "AZ",
            _("Arizona"),
            ("America/Phoenix", _("Phoenix and Tucson")),
            (MOUNTAIN, _("the Navajo Nation")),
        ),
        _state("AR", _("Arkansas"), (CENTRAL, _("Little Rock and Fayetteville"))),
        _state("CA", _("California"), (PACIFIC, _("Los Angeles and San Francisco"))),
        _state("CO", _("Colorado"), (MOUNTAIN, _("Denver and Colorado Springs"))),
        _state("CT", _("Connecticut"), (EASTERN, _("Hartford and Bridgeport"))),
        _state("DE", _("Delaware"), (EASTERN, _("Wilmington and Dover"))),
        _state("DC", _("District of Columbia"), (EASTERN, _("Washington"))),
        _state(
            "FL",
            _("Florida"),
            (EASTERN, _("Miami, Orlando and Tallahassee")),
            (CENTRAL, _("Pensacola and Panama City")),
        ),
        _state("GA", _("Georgia"), (EASTERN, _("Atlanta and Savannah"))),
        _state("HI", _("Hawaii"), ("Pacific/Honolulu", _("Honolulu and Hilo"))),
        _state(
            "ID",
            _("Idaho"),
            (MOUNTAIN, _("Boise and Idaho Falls")),
            (PACIFIC, _("Coeur d’Alene and Lewiston")),
        ),
        _state("IL", _("Illinois"), (CENTRAL, _("Chicago and Springfield"))),
        _state(
            "IN",
            _("Indiana"),
            (EASTERN, _("Indianapolis and Fort Wayne")),
            (CENTRAL, _("Gary and Evansville")),
        ),
        _state("IA", _("Iowa"), (CENTRAL, _("Des Moines and Cedar Rapids"))),
        _state(
            "KS",
            _("Kansas"),
            (CENTRAL, _("Wichita, Topeka and Kansas City")),
            (MOUNTAIN, _("Goodland and Sharon Springs")),
        ),
        _state(
            "KY",
            _("Kentucky"),
            (EASTERN, _("Louisville and Lexington")),
            (CENTRAL, _("Bowling Green and Paducah")),
        ),
        _state("LA", _("Louisiana"), (CENTRAL, _("New Orleans and Baton Rouge"))),
        _state("ME", _("Maine"), (EASTERN, _("Portland and Bangor"))),
        _state("MD", _("Maryland"), (EASTERN, _("Baltimore and Frederick"))),
        _state("MA", _("Massachusetts"), (EASTERN, _("Boston and Worcester"))),
        _state(
            "MI",
            _("Michigan"),
            (EASTERN, _("Detroit and Grand Rapids")),
            (CENTRAL, _("Iron Mountain and Menominee")),
        ),
        _state("MN", _("Minnesota"), (CENTRAL, _("Minneapolis and Duluth"))),
        _state("MS", _("Mississippi"), (CENTRAL, _("Jackson and Gulfport"))),
        _state("MO", _("Missouri"), (CENTRAL, _("St. Louis and Kansas City"))),
        _state("MT", _("Montana"), (MOUNTAIN, _("Billings and Missoula"))),
        _state(
            "NE",
            _("Nebraska"),
            (CENTRAL, _("Omaha and Lincoln")),
            (MOUNTAIN, _("Scottsbluff and Ogallala")),
        ),
        _state(
            "NV", _("Nevada"), (PACIFIC, _("Las Vegas and Reno")), (MOUNTAIN, _("West Wendover"))
        ),
        _state("NH", _("New Hampshire"), (EASTERN, _("Manchester and Nashua"))),
        _state("NJ", _("New Jersey"), (EASTERN, _("Newark and Jersey City"))),
        _state("NM", _("New Mexico"), (MOUNTAIN, _("Albuquerque and Santa Fe"))),
        _state("NY", _("New York"), (EASTERN, _("New York City and Buffalo"))),
        _state("NC", _("North Carolina"), (EASTERN, _("Charlotte and Raleigh"))),
        _state(
            "ND",
            _("North Dakota"),
            (CENTRAL, _("Fargo and Bismarck")),
            (MOUNTAIN, _("Dickinson and Hettinger")),
        ),
        _state("OH", _("Ohio"), (EASTERN, _("Columbus and Cleveland"))),
        _state("OK", _("Oklahoma"), (CENTRAL, _("Oklahoma City and Tulsa"))),
        _state("OR", _("Oregon"), (PACIFIC, _("Portland and Eugene")), (MOUNTAIN, _("Ontario"))),
        _state("PA", _("Pennsylvania"), (EASTERN, _("Philadelphia and Pittsburgh"))),
        _state("RI", _("Rhode Island"), (EASTERN, _("Providence and Warwick"))),
        _state("SC", _("South Carolina"), (EASTERN, _("Charleston and Columbia"))),
        _state(
            "SD",
            _("South Dakota"),
            (CENTRAL, _("Sioux Falls and Pierre")),
            (MOUNTAIN, _("Rapid City and Spearfish")),
        ),
        _state(
            "TN",
            _("Tennessee"),
            (CENTRAL, _("Nashville and Memphis")),
            (EASTERN, _("Knoxville and Chattanooga")),
        ),
        _state(
            "TX", _("Texas"), (CENTRAL, _("Houston, Dallas and Austin")), (MOUNTAIN, _("El Paso"))
        ),
        _state("UT", _("Utah"), (MOUNTAIN, _("Salt Lake City and Provo"))),
        _state("VT", _("Vermont"), (EASTERN, _("Burlington and Rutland"))),
        _state("VA", _("Virginia"), (EASTERN, _("Richmond and Virginia Beach"))),
        _state("WA", _("Washington"), (PACIFIC, _("Seattle and Spokane"))),
        _state("WV", _("West Virginia"), (EASTERN, _("Charleston and Morgantown"))),
        _state("WI", _("Wisconsin"), (CENTRAL, _("Milwaukee and Madison"))),
        _state("WY", _("Wyoming"), (MOUNTAIN, _("Cheyenne and Casper"))),
        _state("PR", _("Puerto Rico"), ("America/Puerto_Rico", _("San Juan and Ponce"))),
        _state("VI", _("US Virgin Islands"), ("America/St_Thomas", _("Charlotte Amalie"))),
        _state("GU", _("Guam"), ("Pacific/Guam", _("Hagåtña and Dededo"))),
    )
}

STATE_CHOICES = [(state.code, gettext_lazy(state.english)) for state in STATES.values()]
