"""Enter, or a phone's "Go", does what the form is for, and nothing beside it.

A browser presses the form's first submit button in the page's order, whatever its place or look.
"""

from collections.abc import Iterator

import pytest

from devstack import paths
from tests.crawl.addresses import addresses
from tests.crawl.test_crawl import NOBODY, SUPERUSER, somebody
from tests.crawl.world import World, make_world
from tests.page_forms import Form, read_forms

pytestmark = pytest.mark.django_db
# How a form's own action looks: on our pages, and in the admin.
MAIN = {"btn-primary", "default"}
# Its one button is pressed by a script, which first asks the device: static/js/passkey.js.
BY_SCRIPT = {"/accounts/2fa/webauthn/add/"}
# Django draws these of every model alike: those of one are enough.
ALIKE = ("_history", "_delete", "_changelist", "_autocomplete")


@pytest.fixture
def world(settings, tmp_path, monkeypatch) -> World:
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(paths, "MAILDIR", tmp_path / "mail")
    settings.STAFF_MFA_REQUIRED = True
    return make_world()


def troubles(form: Form) -> Iterator[str]:
    if not form.takes_enter:
        return
    if not form.buttons:
        yield "has no button"
        return
    first, *others = form.buttons
    if first.action is not None:
        yield f"goes to {first.action} by {first.text!r}"
    if others and not first.classes & MAIN:
        yield f"presses {first.text!r} of {len(others) + 1}"


@pytest.mark.parametrize(("who", "parts"), [(NOBODY, "/"), (SUPERUSER, ("/admin/", "/accounts/"))])
def test_enter_presses_the_main_button_of_every_form(world, who, parts):
    client, seen, wrong = somebody(who), 0, []
    for address in {address.route: address for address in addresses(world)}.values():
        alike = address.route.endswith(ALIKE) and address.label != "appointments.appointment"
        if alike or not address.path.startswith(parts):
            continue
        page = client.get(address.path)
        if page.status_code != 200 or "html" not in page.get("Content-Type", ""):
            continue
        forms = read_forms(page.text)
        seen += len(forms)
        if address.path not in BY_SCRIPT:
            wrong += [f"{address.path}: {trouble}" for each in forms for trouble in troubles(each)]
    assert seen > 30
    assert wrong == []
