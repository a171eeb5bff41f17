"""The texts that come along with the software: Markdown with front matter, in `pages/library`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

from articles.revisions.content import Content
from core.richtext.markdown import markdown_to_html
from core.richtext.sanitizer import clean
from pages.text_pages import catalog

LIBRARY = Path(__file__).parent.parent / "library"


@dataclass(frozen=True)
class Seed:
    """The text of a page in one language, and the day on which it was written."""

    slug: str
    language: str
    content: Content
    written: date


@lru_cache(maxsize=64)
def read(slug: str, language: str) -> Seed | None:
    """Return the text that came along, if there is one in this language."""
    path = LIBRARY / language / f"{slug}.md"
    if slug not in catalog.BY_SLUG or not path.exists():
        return None
    _, head, body = re.split(r"^---\s*$", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.M)
    values = yaml.safe_load(head)
    html = clean(markdown_to_html(body), is_ours=lambda address: False)
    content = Content(title=values["title"], summary=values["summary"], body=html)
    return Seed(slug, language, content, values["written"])


def all_seeds() -> Iterator[Seed]:
    """Yield all of them."""
    for language, _name in catalog.LANGUAGES:
        for entry in catalog.ENTRIES:
            if seed := read(entry.slug, language):
                yield seed
