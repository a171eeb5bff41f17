"""Staff in a real browser: both steps by keyboard, passkeys, idling, nothing the CSP refuses."""

import re
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, Route, expect

from core.staff.accounts import sessions
from core.staff.models import AuditEvent, User
from tests.browser.barriers import barriers
from tests.browser.held_answers import until
from tests.core.staff.people import PASSWORD, code_of, enroll, make_staff
from tests.pages.factories import make_practice, make_testimonial

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _as_in_production(settings) -> None:
    settings.STAFF_MFA_REQUIRED = True


@pytest.fixture
def staff(db) -> User:
    make_practice()
    return make_staff(is_superuser=True, name="Robin Example")


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains about."""
    found: list[str] = []
    listen(page, found)
    return found


def listen(page: Page, found: list[str]) -> None:
    page.on("console", lambda message: found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))


def write(page: Page, text: str) -> None:
    page.keyboard.type(text)


def path(page: Page) -> str:
    return urlsplit(page.url).path


def sign_in(page: Page, url: str, user: User) -> None:
    secret = enroll(user)
    page.goto(f"{url}/admin/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/admin/")  # and for its scripts


def go_back(page: Page) -> None:
    page.evaluate("() => { history.back() }")


def leave_for(minutes: int) -> None:
    """Turn the clock of every session back, as if nobody had been there."""
    for session in Session.objects.all():
        store = SessionStore(session.session_key)
        store[sessions.SEEN] -= minutes * 60
        store.save()


def test_both_steps_and_the_way_back_after_idling_by_keyboard_alone(
    page, live_server, staff, complaints
):
    page.goto(f"{live_server.url}/admin/staff/user/")
    assert path(page) == "/accounts/login/"
    page.get_by_label("Email").focus()
    write(page, staff.email)
    page.keyboard.press("Tab")
    write(page, PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("How you sign in")
    page.get_by_role("link", name="Set up an app").focus()
    page.keyboard.press("Enter")
    secret = page.locator("#authenticator_secret").text_content()
    page.get_by_label("code").focus()
    write(page, code_of(secret))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert page.locator("#recovery_codes li").count() == 10
    page.get_by_role("link", name="I have kept them").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/admin/")

    page.goto(f"{live_server.url}/admin/records/")
    leave_for(minutes=15)
    page.get_by_role("link", name="Staff").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You were away for a while")
    assert path(page) == "/accounts/login/"
    go_back(page)
    expect(page).to_have_url(re.compile("next=/admin/records/$"))
    assert "Robin Example" not in page.content()
    assert complaints == []


def test_a_warning_comes_first_and_one_key_keeps_the_sign_in(page, live_server, staff, complaints):
    page.clock.install()
    sign_in(page, live_server.url, staff)
    page.goto(f"{live_server.url}/admin/staff/user/")  # the desk asks where it stands
    page.clock.fast_forward("12:50")
    expect(page.locator("#idle")).to_be_hidden()
    page.clock.fast_forward("00:15")
    expect(page.get_by_role("dialog", name="Are you still there?")).to_be_visible()
    leave_for(minutes=13)
    with page.expect_response("**/still-here/") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 204
    expect(page.locator("#idle")).to_be_hidden()

    page.clock.fast_forward("14:59")
    leave_for(minutes=15)
    page.clock.fast_forward("00:05")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/admin/staff/user/"))
    assert complaints == []


def test_back_after_signing_out_shows_no_page_of_the_admin(page, live_server, staff):
    sign_in(page, live_server.url, staff)
    page.goto(f"{live_server.url}/admin/staff/user/")
    expect(page.get_by_text("Robin Example").first).to_be_visible()
    page.locator("#user-tools summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    go_back(page)
    expect(page).to_have_url(re.compile("next=/admin/staff/user/$"))
    assert "Robin Example" not in page.content()


def add_passkey(page: Page, url: str, user: User) -> None:
    """Sign in by password with a device that can do passkeys, add one, and sign out."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{url}/admin/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Use it instead of the password").check()
    page.get_by_label("Name").press("Enter")  # does what "Add the passkey" does
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.goto(f"{url}/admin/")
    page.locator("#user-tools summary").click()
    page.get_by_role("button", name="Sign out").click()


def test_a_passkey_can_take_the_place_of_both_steps(page, live_server, staff, complaints):
    add_passkey(page, live_server.url, staff)
    scripts: list[Route] = []
    page.route("**/onload*.js", lambda route: scripts.append(route))
    page.goto(f"{live_server.url}/accounts/login/", wait_until="commit")
    button = page.get_by_role("button", name="Use a passkey")
    expect(button).to_be_disabled()  # a press would send the form without a key
    until(page, lambda: scripts)
    scripts.pop().continue_()
    button.click()
    expect(page).to_have_url(f"{live_server.url}/admin/")
    assert complaints == []


def test_a_passkey_can_be_the_second_step(page, live_server, staff, complaints):
    add_passkey(page, live_server.url, staff)
    page.get_by_label("Email").fill(staff.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The second step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{live_server.url}/admin/")
    assert complaints == []


ADMIN_PAGES = [
    "/admin/",
    "/admin/staff/",
    "/admin/staff/user/",
    "/admin/staff/user/?q=robin",
    "/admin/staff/user/add/",
    "/admin/staff/user/{user}/change/",
    "/admin/staff/user/{user}/history/",
    "/admin/staff/auditevent/",
    "/admin/staff/auditevent/{event}/change/",
    "/admin/pages/testimonial/",
    "/admin/pages/testimonial/add/?_popup=1",
    "/admin/pages/testimonial/{testimonial}/delete/",
    "/admin/practice/practice/",
    "/admin/nowhere/",
]
ACCOUNT_PAGES = [
    "/accounts/logout/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/reauthenticate/",
    "/accounts/password/change/",
]
ENTRANCES = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-nothing/",
]


def ours(complaints: list[str]) -> list[str]:
    """Without what the browser says about a page that is rightly missing or closed."""
    return [text for text in complaints if not re.search("40[34] .(Not Found|Forbidden)", text)]


def test_no_page_of_the_admin_breaks_the_content_security_policy(
    page, live_server, staff, complaints
):
    """One of each kind. Those of each model: tests/browser/test_admin_accessible.py."""
    sign_in(page, live_server.url, staff)
    testimonials = [make_testimonial(), make_testimonial()]
    keys = {
        "user": staff.pk,
        "testimonial": testimonials[0].pk,
        "event": AuditEvent.objects.latest("pk").pk,
    }
    for address in ADMIN_PAGES:
        answer = page.goto(live_server.url + address.format(**keys))
        assert "unsafe" not in answer.headers["content-security-policy"]
        page.wait_for_load_state("networkidle")
        assert ours(complaints) == [], address
    # What only a post shows: mistakes in a form, and what is about to be deleted from a list.
    page.goto(f"{live_server.url}/admin/staff/user/add/")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errornote")).to_be_visible()
    page.goto(f"{live_server.url}/admin/pages/testimonial/")
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option("delete_selected")
    page.get_by_role("button", name="Go", exact=True).click()
    page.get_by_role("button", name="Yes, I’m sure").click()
    expect(page.locator(".messagelist")).to_contain_text("Successfully deleted 2")
    assert ours(complaints) == []


def test_the_pages_around_signing_in_have_no_barrier_and_keep_to_the_content_security_policy(
    context, page, live_server, staff
):
    wrong = [each for path in ENTRANCES for each in look(context, live_server.url + path)]
    sign_in(page, live_server.url, staff)
    wrong += [each for path in ACCOUNT_PAGES for each in look(context, live_server.url + path)]
    assert wrong == []


def look(context: BrowserContext, address: str) -> list[str]:
    """What is wrong there. A page each: our policy refuses what axe writes into it, and the browser
    says so."""
    page, said = context.new_page(), []
    listen(page, said)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    found = [f"{address}: {each}" for each in [*said, *barriers(page)]]
    page.close()
    return found
