"""The places in a letter that differ between recipients. Pure."""

import re

PATTERN = re.compile(r"CNSLOT-([a-z]+)-CN")


def slot(name: str) -> str:
    return f"CNSLOT-{name}-CN"
