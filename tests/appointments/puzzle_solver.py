"""The proof of work that a page asks for, done as a browser does by itself."""

import json
import re

import altcha

from tests.visitor import Page, Visitor


def puzzle_on(text: str) -> dict:
    """Return the puzzle on that page."""
    return json.loads(re.search(r'<script id="puzzle"[^>]*>(.*?)</script>', text)[1])


def solve(puzzle: dict) -> tuple[str, int]:
    """Return what a browser sends, and how many tries it took."""
    challenge = altcha.Challenge.from_dict({k: v for k, v in puzzle.items() if k != "most"})
    solution = altcha.solve_challenge(challenge)
    return altcha.Payload(challenge, solution).to_base64(), solution.counter + 1


def pass_proof_of_work(visitor: Visitor, page: Page) -> Page:
    """Return the page behind the puzzle; the same page where none is asked for."""
    while page.status == 429 and 'id="puzzle"' in page.text:
        form = page.form_with("proof_of_work")
        page = visitor.post(
            page.path, form.fields | {"proof_of_work": solve(puzzle_on(page.text))[0]}
        )
    return page
