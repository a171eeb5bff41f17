"""US states and the time zones in them. Facts: 49 CFR 71 (the boundaries of the zones).

A state that two zones split lists the one where most of its people live first. Pure.
"""

from typing import NamedTuple


class Region(NamedTuple):
    """A part of a state that keeps one clock. `places` helps a person to recognise it."""

    zone: str
    places: str


class State(NamedTuple):
    code: str
    name: str
    regions: tuple[Region, ...]

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
        _state("AL", "Alabama", (CENTRAL, "Birmingham and Huntsville")),
        _state(
            "AK",
            "Alaska",
            ("America/Anchorage", "Anchorage, Fairbanks and Juneau"),
            ("America/Adak", "the western Aleutian Islands"),
        ),
        _state(
            "AZ",
            "Arizona",
            ("America/Phoenix", "Phoenix and Tucson"),
            (MOUNTAIN, "the Navajo Nation"),
        ),
        _state("AR", "Arkansas", (CENTRAL, "Little Rock and Fayetteville")),
        _state("CA", "California", (PACIFIC, "Los Angeles and San Francisco")),
        _state("CO", "Colorado", (MOUNTAIN, "Denver and Colorado Springs")),
        _state("CT", "Connecticut", (EASTERN, "Hartford and Bridgeport")),
        _state("DE", "Delaware", (EASTERN, "Wilmington and Dover")),
        _state("DC", "District of Columbia", (EASTERN, "Washington")),
        _state(
            "FL",
            "Florida",
            (EASTERN, "Miami, Orlando and Tallahassee"),
            (CENTRAL, "Pensacola and Panama City"),
        ),
        _state("GA", "Georgia", (EASTERN, "Atlanta and Savannah")),
        _state("HI", "Hawaii", ("Pacific/Honolulu", "Honolulu and Hilo")),
        _state(
            "ID",
            "Idaho",
            (MOUNTAIN, "Boise and Idaho Falls"),
            (PACIFIC, "Coeur d’Alene and Lewiston"),
        ),
        _state("IL", "Illinois", (CENTRAL, "Chicago and Springfield")),
        _state(
            "IN",
            "Indiana",
            (EASTERN, "Indianapolis and Fort Wayne"),
            (CENTRAL, "Gary and Evansville"),
        ),
        _state("IA", "Iowa", (CENTRAL, "Des Moines and Cedar Rapids")),
        _state(
            "KS",
            "Kansas",
            (CENTRAL, "Wichita, Topeka and Kansas City"),
            (MOUNTAIN, "Goodland and Sharon Springs"),
        ),
        _state(
            "KY",
            "Kentucky",
            (EASTERN, "Louisville and Lexington"),
            (CENTRAL, "Bowling Green and Paducah"),
        ),
        _state("LA", "Louisiana", (CENTRAL, "New Orleans and Baton Rouge")),
        _state("ME", "Maine", (EASTERN, "Portland and Bangor")),
        _state("MD", "Maryland", (EASTERN, "Baltimore and Frederick")),
        _state("MA", "Massachusetts", (EASTERN, "Boston and Worcester")),
        _state(
            "MI",
            "Michigan",
            (EASTERN, "Detroit and Grand Rapids"),
            (CENTRAL, "Iron Mountain and Menominee"),
        ),
        _state("MN", "Minnesota", (CENTRAL, "Minneapolis and Duluth")),
        _state("MS", "Mississippi", (CENTRAL, "Jackson and Gulfport")),
        _state("MO", "Missouri", (CENTRAL, "St. Louis and Kansas City")),
        _state("MT", "Montana", (MOUNTAIN, "Billings and Missoula")),
        _state(
            "NE",
            "Nebraska",
            (CENTRAL, "Omaha and Lincoln"),
            (MOUNTAIN, "Scottsbluff and Ogallala"),
        ),
        _state("NV", "Nevada", (PACIFIC, "Las Vegas and Reno"), (MOUNTAIN, "West Wendover")),
        _state("NH", "New Hampshire", (EASTERN, "Manchester and Nashua")),
        _state("NJ", "New Jersey", (EASTERN, "Newark and Jersey City")),
        _state("NM", "New Mexico", (MOUNTAIN, "Albuquerque and Santa Fe")),
        _state("NY", "New York", (EASTERN, "New York City and Buffalo")),
        _state("NC", "North Carolina", (EASTERN, "Charlotte and Raleigh")),
        _state(
            "ND",
            "North Dakota",
            (CENTRAL, "Fargo and Bismarck"),
            (MOUNTAIN, "Dickinson and Hettinger"),
        ),
        _state("OH", "Ohio", (EASTERN, "Columbus and Cleveland")),
        _state("OK", "Oklahoma", (CENTRAL, "Oklahoma City and Tulsa")),
        _state("OR", "Oregon", (PACIFIC, "Portland and Eugene"), (MOUNTAIN, "Ontario")),
        _state("PA", "Pennsylvania", (EASTERN, "Philadelphia and Pittsburgh")),
        _state("RI", "Rhode Island", (EASTERN, "Providence and Warwick")),
        _state("SC", "South Carolina", (EASTERN, "Charleston and Columbia")),
        _state(
            "SD",
            "South Dakota",
            (CENTRAL, "Sioux Falls and Pierre"),
            (MOUNTAIN, "Rapid City and Spearfish"),
        ),
        _state(
            "TN",
            "Tennessee",
            (CENTRAL, "Nashville and Memphis"),
            (EASTERN, "Knoxville and Chattanooga"),
        ),
        _state("TX", "Texas", (CENTRAL, "Houston, Dallas and Austin"), (MOUNTAIN, "El Paso")),
        _state("UT", "Utah", (MOUNTAIN, "Salt Lake City and Provo")),
        _state("VT", "Vermont", (EASTERN, "Burlington and Rutland")),
        _state("VA", "Virginia", (EASTERN, "Richmond and Virginia Beach")),
        _state("WA", "Washington", (PACIFIC, "Seattle and Spokane")),
        _state("WV", "West Virginia", (EASTERN, "Charleston and Morgantown")),
        _state("WI", "Wisconsin", (CENTRAL, "Milwaukee and Madison")),
        _state("WY", "Wyoming", (MOUNTAIN, "Cheyenne and Casper")),
        _state("PR", "Puerto Rico", ("America/Puerto_Rico", "San Juan and Ponce")),
        _state("VI", "US Virgin Islands", ("America/St_Thomas", "Charlotte Amalie")),
        _state("GU", "Guam", ("Pacific/Guam", "Hagåtña and Dededo")),
    )
}

STATE_CHOICES = [(state.code, state.name) for state in STATES.values()]
