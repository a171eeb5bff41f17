"""The check for barriers finds them: a check that cannot fail would keep nobody safe."""

import pytest

from tests.browser.barriers import barriers

PAGE = """<!DOCTYPE html><html lang="en"><head><title>A page</title><style>
body {{ color: #111; background: #fff; transition: color 3s, background-color 3s }}
a {{ transition: color 3s }}
{style}</style></head><body><main><h1>Title</h1>{body}</main></body></html>"""
DARK = "@media (prefers-color-scheme: dark) { body { color: #eee; background: #111 } %s }"

BARE = "a { text-decoration: none; color: #15523f }"
LINK = '<a href="/">Mon, Nov 30, 1:00 pm</a>'


@pytest.mark.parametrize(
    ("style", "body", "found"),
    [
        (DARK % "", "<p>Text</p>", []),
        ("", '<input type="text">', ["390 px, light: label", "1280 px, light: label"]),
        (DARK % "p { color: #333 }", "<p>Text</p>", ["390 px, dark", "1280 px, dark"]),
        ("@media (min-width: 800px) { p { color: #eee } }", "<p>Text</p>", ["1280 px, light"]),
        ("p { width: 600px }", "<p>Text</p>", ["608 px wide"]),
        (BARE, f"<p>{LINK}: off</p>", ["link told by its color alone: <a href"]),
        (BARE, f"<p>{LINK}: off all day, and for a long time after</p>", ["link told by its"]),
        (BARE, f"<p><b>{LINK}</b> · {LINK}</p><p>Text</p>", []),
        ("", f"<p>{LINK}: off</p>", []),
    ],
)
def test_it_finds(page, style, body, found):
    page.set_content(PAGE.format(style=style, body=body))
    said = "\n".join(barriers(page))
    assert all(part in said for part in found), said
    assert bool(said) == bool(found), said
