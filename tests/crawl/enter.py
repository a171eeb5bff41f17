"""Enter, or a phone's "Go", does what the form is for, and nothing beside it.

A browser presses the form's first submit button in the page's order, whatever its place or look.
"""

from collections.abc import Iterator

from tests.crawl.addresses import Address
from tests.page_forms import Form

# How a form's own action looks: on our pages, and in the admin.
MAIN = {"btn-primary", "default"}
# Its one button is pressed by a script, which first asks the device: static/js/passkey.js.
BY_SCRIPT = {"/accounts/2fa/webauthn/add/", "/me/devices/passkeys/add/"}
# What is sent cannot be taken back, so Enter in a field above the text of a message keeps it.
KEEPS = "Keep it for later"


def troubles(address: Address, forms: list[Form]) -> Iterator[str]:
    """What Enter does in the forms of this page beside what they are for."""
    if address.path not in BY_SCRIPT:
        for form in forms:
            yield from (f"Enter at {address.path} {trouble}" for trouble in _of(form))


def _of(form: Form) -> Iterator[str]:
    if not form.takes_enter:
        return
    if not form.buttons:
        yield "has no button"
        return
    first, *others = form.buttons
    if first.action is not None:
        yield f"goes to {first.action} by {first.text!r}"
    main = {(each.text, each.name, each.value) for each in form.buttons if each.classes & MAIN}
    # A twin of the main one may stand before the others, unseen.
    keeps = first.text == KEEPS
    if others and not keeps and (first.text, first.name, first.value) not in main:
        yield f"presses {first.text!r} of {len(others) + 1}"
