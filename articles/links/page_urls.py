"""The addresses of articles, topics and contributors, found once a process.

A page leads to twenty of them, and Django looks through the routes for each anew.
"""

from functools import lru_cache
from urllib.parse import parse_qsl, unquote_plus

from django.urls import reverse
from django.utils.translation import get_language, override

POST_PARAMETERS = ("p", "page_id")  # WordPress takes either for the number of a post


def cached_url(route: str, slug: str, language: str = "") -> str:
    """Return the path of `articles:<route>`, which takes one slug, by default on this page's side.

    `language` is that of the site on which it is, such as "es".
    """
    return _cached_url(route, slug, language or get_language())


@lru_cache(maxsize=8192)
def _cached_url(route: str, slug: str, language: str | None) -> str:
    with override(language):
        return reverse(f"articles:{route}", args=[slug])


def normalize_query_url(path: str, query: str) -> str:
    """Return how an old address is kept whose meaning is in its query.

    For a post of WordPress that is its folder and its number, `/blog/?p=12`, else all of it.
    """
    for key, number in parse_qsl(query[:2000]):
        if key in POST_PARAMETERS and number.isascii() and number.isdecimal():
            folder = path.removesuffix("index.php").rstrip("/")
            return f"{folder}/?p={int(number[:18])}"
    return f"{path}?{unquote_plus(query)}"
