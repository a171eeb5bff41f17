"""A patient signs in by code on a slow phone, typing as people type there: inputs and seconds."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from playwright.sync_api import Page, sync_playwright

from bench.looking import NETWORK, SLOWER
from bench.table import Row
from core.mail.models import OutgoingEmail
from devstack import chromium
from tests.factories import make_appointment, make_patient
from tests.portal.signing_in import make_account

EMAIL = "grace.whitfield@example.org"
A_KEY = 250  # milliseconds: people type four letters a second on a phone
MOST_INPUTS, MOST_SECONDS = 3, 20


def prepare() -> None:
    """Make a patient with a visit, whose account has proved the address."""
    patient = make_patient(email=EMAIL)
    make_appointment(patient=patient)
    make_account(patient)


def rows(url: str) -> list[Row]:
    """Sign in once, from the first request to the first page inside."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        _slow_down(page)
        began = time.monotonic()
        inputs = _sign_in(page, url)
        seconds = time.monotonic() - began
        browser.close()
    few, soon = inputs <= MOST_INPUTS, seconds <= MOST_SECONDS
    return [
        Row("signing in by code, inputs", str(inputs), f"at most {MOST_INPUTS}", few),
        Row(
            "signing in by code on a slow phone, typing included, without the mail program",
            *(f"{seconds:.1f} s", f"at most {MOST_SECONDS} s", soon),
        ),
    ]


def _slow_down(page: Page) -> None:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {"offline": False, **NETWORK})
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def _sign_in(page: Page, url: str) -> int:
    """Return how many fields were filled in."""
    page.goto(f"{url}/me/")
    typed = [("Your e-mail address", lambda: EMAIL), ("Code", _code_sent)]
    for label, text in typed:
        field = page.get_by_label(label)
        field.wait_for()  # the code is on its way only once its page is there
        field.press_sequentially(text(), delay=A_KEY)
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your place").wait_for()
    return len(typed)


def _code_sent() -> str:
    """Read it in a thread of its own: Playwright's loop has a database session that nobody ends."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_read_code).result()


def _read_code() -> str:
    try:
        text = OutgoingEmail.objects.filter(template="sign_in_code").latest("pk").text
    finally:
        connection.close()
    return re.findall(r"^\d{3} \d{3}$", text, re.MULTILINE)[0].replace(" ", "")
