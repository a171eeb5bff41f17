"""The modules of a call: named in the page, so that they are fetched at once."""

import re
from pathlib import Path

from django.conf import settings

MODULES = Path(settings.BASE_DIR, "static/js/visit")
PRELOADED = Path(settings.BASE_DIR, "templates/visits/_call_modules.html")


def test_the_page_of_a_call_names_each_module_that_its_script_imports():
    named = re.findall(r"js/visit/([\w-]+\.js)", PRELOADED.read_text())
    assert sorted(named) == sorted(_imported("join.js") | _imported("clinician.js"))


def _imported(name: str) -> set[str]:
    """Return what a module imports, and what those import."""
    text = (MODULES / name).read_text()
    found = set(re.findall(r'^import .* from "\./([\w-]+\.js)"', text, re.MULTILINE))
    return found.union(*map(_imported, found))
