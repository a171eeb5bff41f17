"""Doing the sum that a page asks for, as a browser does by itself."""

import json
import re

import altcha

from tests.visitor import Page, Visitor


def asked(text: str) -> dict:
    """The puzzle on that page."""
    return json.loads(re.search(r'<script id="puzzle"[^>]*>(.*?)</script>', text)[1])


def solve(puzzle: dict) -> tuple[str, int]:
    """What a browser sends, and how many tries it took."""
    challenge = altcha.Challenge.from_dict({k: v for k, v in puzzle.items() if k != "most"})
    solution = altcha.solve_challenge(challenge)
    return altcha.Payload(challenge, solution).to_base64(), solution.counter + 1


def go_on(visitor: Visitor, page: Page) -> Page:
    """The page behind the sum; the same page where no sum is asked for."""
    while page.status == 429 and 'id="puzzle"' in page.text:
        form = page.form_with("proof_of_work")
        page = visitor.post(page.path, form.fields | {"proof_of_work": solve(asked(page.text))[0]})
    return page
