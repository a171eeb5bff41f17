"""Feeds and sitemaps in which one bad row costs its own entry, and never the page."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from io import StringIO
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.utils.feedgenerator import Atom1Feed
from django.utils.timezone import localtime
from django.utils.xmlutils import SimplerXMLGenerator

from core.languages.speaking import speaking
from core.validation.control_characters import without_controls

log = logging.getLogger(__name__)


class Feed(Atom1Feed):
    """Atom (RFC 4287) with the whole text of an entry where it has `content`, which is HTML."""

    def __init__(self, **head: Any) -> None:
        super().__init__(**{name: _clean(value) for name, value in head.items()})

    def add_each(self, rows: Iterable[Any], entry: Callable[[Any], dict[str, Any]]) -> None:
        """Add what `entry` says of each row. One that cannot be written is logged and left out."""
        for row in rows:
            try:
                self.add_item(**{name: _clean(value) for name, value in entry(row).items()})
                self._try(self.items[-1])
            except Exception:  # whatever is wrong with a row, the others have readers
                log.exception("%s %s is left out of the feed", type(row).__name__, row.pk)
                self.items = [item for item in self.items if "tried" in item]

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Write the elements of an entry, its whole text included."""
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("summary", item["description"])  # plain text, by RFC 4287 3.1.1
        if item.get("content"):
            handler.addQuickElement("content", item["content"], {"type": "html"})

    def _try(self, item: dict[str, Any]) -> None:
        handler = SimplerXMLGenerator(StringIO(), "utf-8")
        attributes = self.item_attributes(item)
        handler.startElement("entry", attributes)  # type: ignore[arg-type]  # any mapping does
        self.add_item_elements(handler, item)
        handler.endElement("entry")
        item["tried"] = True


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return without_controls(value)
    return [_clean(each) for each in value] if isinstance(value, (list, tuple)) else value


class SafeSitemap(Sitemap):
    """Addresses come from SITE_URL, never from the request.

    With `in_each_language` each item has a page in every language, and each names the others.
    """

    in_each_language = False

    def get_urls(
        self, page: int | str = 1, site: object = None, protocol: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the entries of one page. An item without an address is logged and left out."""
        urls: list[dict[str, Any]] = []
        changes: list[datetime | None] = []
        for item in self.paginator.page(page).object_list:
            try:
                changed = self.lastmod(item) if hasattr(self, "lastmod") else None
                urls += self._entries(item, changed and localtime(changed))
            except Exception:  # as above
                log.exception("An item is left out of %s", type(self).__name__)
            else:
                changes.append(changed)
        known = [changed for changed in changes if changed]
        if known and len(known) == len(changes) and urls:
            self.latest_lastmod = max(known)
        return urls

    def _entries(self, item: Any, changed: datetime | None) -> list[dict[str, Any]]:
        found = [(code, self._address(item, code)) for code in self._languages()]
        others = [{"location": address, "lang_code": code} for code, address in found]
        return [
            {
                "item": item,
                "location": address,
                "lastmod": changed and changed.date(),
                "changefreq": getattr(self, "changefreq", None),
                "alternates": others if len(others) > 1 else [],
            }
            for _code, address in found
        ]

    def _languages(self) -> list[str]:
        codes = [code for code, _ in settings.LANGUAGES]
        return codes if self.in_each_language else [settings.LANGUAGE_CODE]

    def _address(self, item: Any, language: str) -> str:
        with speaking(language):
            return settings.SITE_URL + without_controls(self.location(item))
