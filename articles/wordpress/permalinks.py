"""Under which addresses a post of WordPress was found."""

from collections.abc import Iterator
from urllib.parse import unquote

from articles.links.page_urls import normalize_query_url
from articles.wordpress.text import split_url
from articles.wordpress.wxr import Entry, Export


def old_urls(export: Export, entry: Entry) -> list[str]:
    """Return the paths, with what their query means, that led to a post.

    The link, the same with each earlier name of the post, and its number.
    """
    found = [*_links(entry), f"{export.folder}/?p={entry.key}"]
    home = {"", "/", export.folder, f"{export.folder}/"}
    return [address for address in dict.fromkeys(found) if address not in home]


def _links(entry: Entry) -> Iterator[str]:
    parts = split_url(entry.link)
    path = unquote(parts.path)
    if parts.query:  # its meaning is there, and the path alone is the home of the blog
        yield normalize_query_url(path, parts.query)
        return
    yield path
    steps, name = path.split("/"), unquote(entry.slug)
    for place in range(len(steps) - 1, -1, -1):
        if name and steps[place].partition(".")[0].lower() == name.lower():
            ending = steps[place][len(name) :]
            for old in entry.meta.get("_wp_old_slug", []):
                yield "/".join([*steps[:place], unquote(old) + ending, *steps[place + 1 :]])
            return
