"""The environment file: lines that systemd, a shell and compose read alike, for nobody's eyes."""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

KEYS = ("SECRET_KEY", "ADDRESS_KEY", "NEWSLETTER_KEYS", "RECORD_KEYS")
_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_PLAIN = re.compile(r"[\w@%+=:,./-]*", re.ASCII)  # means itself everywhere, without quotes
_SPECIAL = re.compile(r"[\"'$`\\\x00-\x1f]")  # each reader has its own idea of these


def fresh_keys() -> dict[str, str]:
    """Return new keys for all that a site signs, hashes or encrypts."""
    return {name: secrets.token_urlsafe(50) for name in KEYS}


def read(path: Path) -> dict[str, str]:
    """Return the variables of a file as `write` makes it; none where there is no file."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    found = (_LINE.fullmatch(line.strip()) for line in lines)
    return {match[1]: match[2].removeprefix('"').removesuffix('"') for match in found if match}


def write(path: Path, values: Mapping[str, str], heading: str) -> None:
    """Replace the file, whole or not at all; only its owner may read it.

    Raises ImproperlyConfigured for a value that not every reader would understand.
    """
    lines = [f"# {heading}", *(f"{name}={_quoted(name, values[name])}" for name in values), ""]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as new:  # made 0600
        new.write("\n".join(lines))
        new.flush()
        os.fsync(new.fileno())
    Path(new.name).replace(path)


def _quoted(name: str, value: str) -> str:
    if _SPECIAL.search(value):
        raise ImproperlyConfigured(
            _("%s holds a quote, a dollar or a backslash: write it without.") % name
        )
    return value if _PLAIN.fullmatch(value) else f'"{value}"'
