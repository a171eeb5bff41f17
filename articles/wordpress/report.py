"""The report of an import: what came, what staff should look at, and what did not come, by name."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from articles.wordpress.pictures import picture_key
from articles.wordpress.text import split_url
from articles.wordpress.wxr import Entry, Export


@dataclass
class Report:
    """`notes` are for staff to look at; `left_out` and `broken` name what did not come."""

    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class File:
    """An attachment: a picture or another file, as the media library has it."""

    name: str
    address: str
    parent: str  # the number of the post that it was uploaded to
    alt: str
    caption: str


@dataclass
class ExportIndex:
    """What stands in an export beside its posts, gathered while it is read once."""

    entries: int = 0
    posts: int = 0
    files: dict[str, File] = field(default_factory=dict)  # by number
    places: dict[str, File] = field(default_factory=dict)  # the same by their place on disk
    picture_pages: set[str] = field(default_factory=set)  # the paths of their own pages
    terms: dict[str, Counter[str]] = field(default_factory=dict)
    fields: Counter[str] = field(default_factory=Counter)
    left_comments: Counter[str] = field(default_factory=Counter)
    topics: set[str] = field(default_factory=set)

    def add(self, entry: Entry) -> None:
        """Note what an entry holds."""
        self.entries += 1
        if entry.kind == "attachment":
            alt = entry.first("_wp_attachment_image_alt")
            file = File(entry.name, entry.file, entry.parent, alt, entry.excerpt)
            self.picture_pages.add(unquote(split_url(entry.link).path))
            self.files[entry.key] = self.places[picture_key(entry.file)] = file
            return
        if entry.kind != "post":
            return
        self.posts += 1
        self.topics |= {slug for slug, _ in entry.topics}
        self.left_comments.update(entry.left_comments)
        self.fields.update(key for key in entry.meta if key and not key.startswith("_"))
        for what, name in entry.other_terms:
            self.terms.setdefault(what, Counter())[name] += 1

    def at(self, address: str) -> File | None:
        """Return the attachment whose picture, in whatever size, has this address."""
        return self.places.get(picture_key(address)) if picture_key(address) else None


def list_left_out(export: Export, index: ExportIndex, asked: set[str]) -> list[str]:
    """List what came with no post: tags, custom fields, comments, files that nothing shows."""
    out = [f"comments, {why}: {count}" for why, count in sorted(index.left_comments.items())]
    for what, names in sorted(index.terms.items()):
        kind = "tags" if what == "post_tag" else f"“{what}”"
        out.append(f"{kind} of posts: {_listed(names)}")
    if index.fields:
        out.append(f"custom fields of posts: {_listed(index.fields)}")
    unused = [slug for slug in export.topics if slug and slug not in index.topics]
    if unused:
        out.append(f"topics without a post: {_listed(unused)}")
    for file in index.files.values():
        if picture_key(file.address) not in asked:
            out.append(f"{file.name}, which no post shows: {file.address[:200]}")
    return out


def _listed(names: Any) -> str:
    return ", ".join(f"“{name}”" for name in sorted(names))
