"""What staff say that a column of a file holds, as the names by which `csv_formats` knows it. Pure.

A column whose name says who left, came back or complained is read in any case: nobody can be
written to again because its meaning was taken away.
"""

from collections.abc import Sequence

from newsletter.transfer import column_names

EMAIL = "email"
NAMES = {
    EMAIL: "email",
    "status": "status",
    "left": "left_at",
    "bounced": "bounced_at",
    "complained": "complained_at",
    "reads": "accepts_marketing",
    "confirmed": "is_confirmed",
    "joined": "joined_at",
    "topics": "topics",
    "language": "language",
    "network": "ip_address",
    "": "",
}
ALWAYS_READ = {"status", "left", "bounced", "complained", "reads", "confirmed"}
_KNOWN = {
    EMAIL: column_names.EMAIL,
    "status": column_names.STATUS_COLUMNS,
    "reads": column_names.READS,
    "confirmed": column_names.CONFIRMED,
    "joined": column_names.JOINED,
    "network": column_names.NETWORK,
    "topics": column_names.TOPICS,
    "language": column_names.LANGUAGE,
}


def guess(header: str) -> str:
    """Return the role that the name of a column suggests; empty for one that says nothing."""
    name = column_names.name_of(header)
    against = column_names.speaks_against(name)
    return against or next((role for role, names in _KNOWN.items() if name in names), "")


def names(header: Sequence[str], roles: Sequence[str]) -> list[str]:
    """Return the names under which the columns are read, one for each of `header`.

    A column that keeps its guessed role keeps its name, and what else that says. Raises ValueError
    unless there is a role for each, and one of them is the address.
    """
    if len(roles) != len(header) or not set(roles) <= NAMES.keys():
        raise ValueError("A role for each column, of NAMES")
    kept = []
    for column, role in zip(header, roles, strict=True):
        guessed = guess(column)
        kept.append(column if guessed in ALWAYS_READ or role == guessed else NAMES[role])
    if EMAIL not in [guess(name) for name in kept]:
        raise ValueError("No column with addresses")
    return kept
