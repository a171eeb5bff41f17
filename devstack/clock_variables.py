"""The variables that hold a shifted clock: see `devstack.clock`."""

from collections.abc import Mapping
from pathlib import Path

SETTINGS = {
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    "NO_FAKE_STAT": "1",
    "PYTHONPATH": str(Path(__file__).with_name("shifted")),
}
VARIABLES = ("LD_PRELOAD", "FAKETIME", *SETTINGS)


def of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return those variables that hold the clock, none under the true one."""
    if not environ.get("FAKETIME"):
        return {}
    return {name: environ[name] for name in VARIABLES if name in environ}
