"""The addresses of articles, topics and contributors, found once a process.

A page leads to twenty of them, and Django looks through the routes for each anew.
"""

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=8192)
def address(route: str, slug: str) -> str:
    """The path of `articles:<route>`, which takes one slug."""
    return reverse(f"articles:{route}", args=[slug])
