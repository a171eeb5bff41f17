"""An answer that is slow: the server has given it, and the page hears of it when a test says so."""

from collections.abc import Callable

from playwright.sync_api import APIResponse, Page, Route


def until(page: Page, is_so: Callable[[], object]) -> None:
    """Wait until it is so, and let the page and its routes go on meanwhile."""
    for _ in range(1000):
        if is_so():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it never was")


def hold_answer(page: Page, address: str, script: str) -> Callable[[], None]:
    """Run a script that asks for that address, and keep the answer from the page.

    Returns a function that lets it go. Whatever asks for the address meanwhile is answered at once.
    """
    held: list[tuple[Route, APIResponse]] = []
    page.route(address, lambda route: held.append((route, route.fetch(max_redirects=0))), times=1)
    page.evaluate(f"() => {{ {script} }}")
    until(page, lambda: held)

    def let_go() -> None:
        [(route, answer)] = held
        route.fulfill(response=answer)

    return let_go
