"""Invented patients. Their addresses end in DOMAIN, and by that the demo knows its own."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.utils.text import slugify

from appointments.booking.patients import match_key
from appointments.models import Patient

DOMAIN = "demo.example.org"  # RFC 2606: nobody can have an address there
REGULARS = 36  # of each provider

FIRST_NAMES = """
    Abel Ada Alma Amos Andre Anita Arlo Bea Boyd Carla Cedric Celia Clara Cody Cora Curtis Dale
    Daphne Darnell Delia Denise Desmond Dora Earl Edith Elena Elias Emmett Esther Fay Felix
    Fiona Flora Floyd Gail Gene Gilda Grace Gus Hank Hattie Hazel Hector Ida Imani Ira Irene
    Jamal Janelle Jonah Josie Joyce Juan Kira Lamar Leona Lester Lidia Lonnie Lucía Mabel Mae
    Malik Marta Maxine Milo Mina Moses Nadia Nell Noel Nora Odell Olive Omar Opal Otis Paz Pearl
    Quinn Ramón Renée Reuben Rhoda Rosa Roy Ruben Ruth Selma Silas Stella Tess Thea Tyrone Una
    Vera Vernon Wanda Wes Willa Yolanda Zeke
"""
LAST_NAMES = """
    Abernathy Alder Ashby Banks Barlow Beckett Birch Bonner Briggs Brooks Calder Carver Castillo
    Chavez Coker Crane Dalton Delgado Doyle Draper Easton Ellery Esposito Fairley Finch Fowler
    Garner Gentry Gray Hale Harlan Hatch Hollis Huang Ibarra Ingram Jessup Keene Kimball Lacey
    Langley Larkin Locke Lott Maddox Marsh McBride Meeks Mercer Molina Moody Nash Novak Núñez
    O’Hara Oakes Olsen Ortega Pace Paxton Pike Poole Quick Quiñones Ramsey Rawls Reyes Ridley
    Rowe Sandoval Sayers Shaw Skinner Sloan Stark Stokes Sutter Tate Tran Tully Underhill Vance
    Vargas Voss Walls Ware Weeks Whitaker Wolfe Wynn Yates York Zamora
"""
AREA_CODES = {"TN": "615", "KY": "502", "FL": "305", "CA": "213", "NY": "212", "TX": "512"}


@dataclass
class Person:
    """What `appointments.booking.patients` knows a patient by, and where they live."""

    first_name: str
    last_name: str
    birth_date: date
    email: str
    phone: str
    state: str


def invent_patient(name: str, state: str) -> Person:
    """Invent the same person for the same `name`, a text that nobody else has."""
    chance = Random(f"person {name}")  # noqa: S311  plausible, not secret
    first, last = chance.choice(FIRST_NAMES.split()), chance.choice(LAST_NAMES.split())
    number = chance.randrange(10_000, 100_000)
    area = AREA_CODES.get(state, "615")
    return Person(
        first_name=first,
        last_name=last,
        birth_date=date(1952, 1, 1) + timedelta(days=chance.randrange(53 * 365)),
        email=f"{slugify(first)}.{slugify(last)}.{number}@{DOMAIN}",
        phone=f"+1{area}55501{chance.randrange(100):02d}",
        state=state,
    )


def regulars(of: str, states: list[str]) -> list[Person]:
    """Invent those who come again and again to one provider, spread over the states given."""
    count = REGULARS if states else 0
    return [invent_patient(f"regular {n} of {of}", states[n % len(states)]) for n in range(count)]


def create_patients(people: list[Person]) -> dict[str, Patient]:
    """Return their records by e-mail address, made where they are missing."""
    wanted = {person.email: person for person in people}
    known = {patient.email: patient for patient in Patient.objects.filter(email__in=wanted)}
    new = Patient.objects.bulk_create(
        Patient(
            first_name=person.first_name,
            last_name=person.last_name,
            birth_date=person.birth_date,
            email=person.email,
            phone=person.phone,
            match_key=match_key(person),
        )
        for email, person in wanted.items()
        if email not in known
    )
    return known | {patient.email: patient for patient in new}
