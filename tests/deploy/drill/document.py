"""The commands of docs/deploy.md, taken out of it."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs/deploy.md"
NEEDS_THE_NETWORK = re.compile(r"\bapt-get install\b|\bpip install\b")


def blocks() -> list[str]:
    """Return what is to be typed for a clinic on one machine, in its order."""
    found = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    assert len(found) >= 5, "docs/deploy.md has lost its commands"
    return found


def filled_in(block: str, values: dict[str, str]) -> str:
    """Return the block whose lines `NAME=value` say what is ours."""
    for name, value in values.items():
        block, count = re.subn(rf"^{name}=.*$", f"{name}={value}", block, flags=re.MULTILINE)
        assert count == 1, f"the first commands of docs/deploy.md set no {name}"
    return block
