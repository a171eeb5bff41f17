"""Merge tags: the places in an issue's e-mail that differ between recipients. Pure."""

import re

PATTERN = re.compile(r"CNMERGE-([a-z]+)-CN")


def merge_tag(name: str) -> str:
    """Return the text that stands for this recipient's value, such as their link to leave."""
    return f"CNMERGE-{name}-CN"
