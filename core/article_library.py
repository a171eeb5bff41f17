"""The article library as apps may use it: cards to show, and pictures.

Apps never import one another. The one that has a library registers it when Django starts; another
asks here, and shows nothing where there is none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Card:
    """One thing to read, as other apps show it."""

    pk: int
    title: str
    summary: str
    path: str
    label: str = ""
    language: str = ""


class Library(Protocol):
    """What an app with a library offers to the others."""

    def cards(self, pks: Iterable[int]) -> list[Card]:
        """Return those of these that everybody may read, in this order."""

    def newest(self, count: int) -> list[Card]:
        """Return the newest `count` in the language of now, to pick from."""

    def is_online(self, path: str) -> bool:
        """Return whether this path leads to something that everybody may read."""

    def is_picture(self, address: str) -> bool:
        """Return whether this address is that of a picture in the library."""


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
    """Register the library. Called once, by the app that has it."""
    _registered[:] = [library]


def current() -> Library:
    """Return the registered library, or an empty one."""
    return _registered[0] if _registered else _Empty()
