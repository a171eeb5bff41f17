"""What apps show inside the portal: parts of its first page, and links of its menu.

An app registers them when Django has loaded it, in `AppConfig.ready` or a module that it imports.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from portal.requests import PortalRequest


@dataclass(frozen=True)
class Section:
    """One part of the first page: its heading, and a template with what that needs."""

    title: str | Promise
    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """One link of the menu; `count` is how much there is new behind it."""

    label: str | Promise
    url: str
    count: int = 0


# Both are given a request that has `account`. None where there is nothing to show.
MakeSection = Callable[[PortalRequest], Section | None]
MakeLink = Callable[[PortalRequest], Link | None]
_sections: dict[str, tuple[int, MakeSection]] = {}
_links: dict[str, tuple[int, MakeLink]] = {}


def register_section(order: int) -> Callable[[MakeSection], MakeSection]:
    """Return a decorator: what the function returns stands on the first page, in this order."""

    def register(make: MakeSection) -> MakeSection:
        _sections[f"{make.__module__}.{make.__qualname__}"] = (order, make)
        return make

    return register


def register_link(order: int) -> Callable[[MakeLink], MakeLink]:
    """Return a decorator: what the function returns stands in the menu, in this order."""

    def register(make: MakeLink) -> MakeLink:
        _links[f"{make.__module__}.{make.__qualname__}"] = (order, make)
        return make

    return register


def sections(request: PortalRequest) -> list[Section]:
    """Return the parts of the first page for whoever is signed in."""
    made = sorted(_sections.values(), key=lambda each: each[0])
    return [found for _order, make in made if (found := make(request))]


def links(request: PortalRequest) -> list[Link]:
    """Return the links of the menu for whoever is signed in."""
    made = sorted(_links.values(), key=lambda each: each[0])
    return [found for _order, make in made if (found := make(request))]
