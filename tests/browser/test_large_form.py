"""A form that holds too much is answered with a page of ours, not with a broken connection."""

import pytest
from playwright.sync_api import Page, expect

from tests.processes import Process


@pytest.mark.parametrize("size", [70_000, 3_000_000])
def test_whoever_sends_a_whole_document_is_told_what_to_do(page: Page, live_site: Process, size):
    page.goto(f"{live_site.url}/newsletter/")
    field = page.locator("main input[name=email]").first
    # By hand nobody can: the field is too short for it.
    field.evaluate(
        "(field, size) => { field.removeAttribute('maxlength'); field.type = 'text';"
        " field.form.noValidate = true; field.value = 'a'.repeat(size); field.form.submit(); }",
        size,
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("That is more than we can take.")
    expect(page.get_by_text("Shorten it and send it again.")).to_be_visible()
