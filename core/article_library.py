"""What an app that publishes offers to the others: cards to show, and pictures to use.

Apps never import one another. The one that has a library registers it when Django starts; another
asks here, and shows nothing where there is none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Card:
    """One thing to read. `path` is its address on this site, `label` a few words about it."""

    pk: int
    title: str
    summary: str
    path: str
    label: str = ""


class Library(Protocol):
    def cards(self, pks: Iterable[int]) -> list[Card]:
        """Those of these that everybody may read, in this order."""

    def newest(self, count: int) -> list[Card]:
        """What can be picked."""

    def is_online(self, path: str) -> bool:
        """Whether this address of a thing to read is one that everybody may read."""

    def is_picture(self, address: str) -> bool:
        """Whether this address is that of a picture in the library."""


class _Empty:
    def cards(self, pks: Iterable[int]) -> list[Card]:
        return []

    def newest(self, count: int) -> list[Card]:
        return []

    def is_online(self, path: str) -> bool:
        return False

    def is_picture(self, address: str) -> bool:
        return False


_registered: list[Library] = []


def register(library: Library) -> None:
    """Called once, by the app that has it."""
    _registered[:] = [library]


def current() -> Library:
    return _registered[0] if _registered else _Empty()
