"""Lighthouse, as a phone sees ten kinds of pages of the demo clinic.

Needs Node.js and npm. Lighthouse itself comes once, in one version, into var/bench/lighthouse.
"""

import json
import os
import subprocess
from pathlib import Path
from statistics import median

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from appointments.models import Provider, Service
from appointments.scheduling.states import STATES
from articles.models import Article
from bench.table import Row
from demo.load import load
from devstack import chromium

VERSION = "12.8.2"
FOLDER = Path(settings.BASE_DIR) / "var" / "bench" / "lighthouse"
PROGRAM = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
AGAIN = 2  # times where the first visit finds something: speed differs, and the median counts
KINDS = ("accessibility", "best-practices", "seo", "performance")
LEAST = {"performance": 95}
NOT_LOOKED_FOR = {"time step"}  # search engines are told to leave it out, and SEO counts that


def pages() -> dict[str, str]:
    """Fill the database with the demo clinic. Returns the addresses by the kind of page."""
    load(timezone.now())
    longest = max(
        Article.objects.published().filter(language="en"),
        key=lambda each: len(each.published_revision.body),
    )
    with translation.override("es"):
        spanish = Article.objects.published().filter(language="es")[0].get_absolute_url()
    service = Service.objects.filter(active=True)[0]
    return {
        "home": reverse("pages:home"),
        "articles": reverse("articles:list"),
        "article": longest.get_absolute_url(),
        "article in Spanish": spanish,
        "state step": reverse("appointments:choose_state"),
        "time step": reverse("appointments:choose_time", args=[STATES["TN"], service.slug]),
        "providers": reverse("pages:providers"),
        "provider": reverse("pages:provider", args=[Provider.objects.filter(listed=True)[0].slug]),
        "questions": reverse("pages:faq"),
        "contact": reverse("pages:contact"),
    }


def rows(url: str, paths: dict[str, str]) -> list[Row]:
    _install()
    return [_row(name, url + path) for name, path in paths.items()]


def _install() -> None:
    known = FOLDER / "node_modules" / "lighthouse" / "package.json"
    if known.exists() and json.loads(known.read_text())["version"] == VERSION:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--save-exact")
    command = ["npm", "install", *options, "--prefix", str(FOLDER), f"lighthouse@{VERSION}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def _row(name: str, address: str) -> Row:
    kinds = [kind for kind in KINDS if kind != "seo" or name not in NOT_LOOKED_FOR]
    found = [_visit(name, address, 0)]
    if min(found[0][kind] for kind in kinds) < 1:
        found += [_visit(name, address, number + 1) for number in range(AGAIN)]
    scores = {kind: round(100 * median(each[kind] for each in found)) for kind in kinds}
    kept = all(score >= LEAST.get(kind, 100) for kind, score in scores.items())
    figure = ", ".join(f"{kind} {score}" for kind, score in scores.items())
    return Row(f"Lighthouse: {name}", figure, "100; performance 95", kept)


def _visit(name: str, address: str, number: int) -> dict[str, float]:
    """Return the scores of one visit, 0 to 1; what is below is kept in var to be read."""
    report = FOLDER / f"{name.replace(' ', '-')}-{number}.json"
    command = ["node", str(PROGRAM), address, "--quiet", "--output=json"]
    command += [f"--output-path={report}", f"--only-categories={','.join(KINDS)}"]
    command += [f"--chrome-flags=--headless {' '.join(chromium.FLAGS)}"]
    environ = os.environ | {"CHROME_PATH": chromium.find() or ""}
    subprocess.run(command, check=True, env=environ, stdout=subprocess.DEVNULL)  # noqa: S603
    categories = json.loads(report.read_text())["categories"]
    return {kind: categories[kind]["score"] for kind in KINDS}
