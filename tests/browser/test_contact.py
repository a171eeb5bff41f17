"""Asking for a call by keyboard on a phone, and the crisis strip under a thumb."""

import pytest
from playwright.sync_api import expect

from contact.models import ContactRequest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_call_is_asked_for_by_keyboard_and_a_mistake_stands_where_one_looks(open_page, scripts):
    page = open_page("/contact/", java_script_enabled=scripts)
    page.focus("#call_name")
    page.keyboard.type("Grace")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contact/call-back/**")
    mistakes = page.locator("#call-back .error-summary")
    expect(mistakes).to_be_focused()
    expect(mistakes).to_be_in_viewport(ratio=1)
    page.focus("#call_phone")
    page.keyboard.type("615-555-0117")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contact/sent/**")
    expect(page.get_by_role("heading", name="We have it")).to_be_visible()
    assert page.elsewhere == []
    assert ContactRequest.objects.get().name == "Grace"


@pytest.mark.parametrize("path", ["/", "/es/"])
@pytest.mark.parametrize("text", ["100%", "200%"])
def test_the_crisis_strip_is_a_finger_high_and_holds_on_a_small_phone(open_page, path, text):
    page = open_page(path, 320)
    page.evaluate("size => document.documentElement.style.fontSize = size", text)
    links = page.locator(".crisis-strip a").all()
    assert len(links) == 3
    for link in links:
        box = link.bounding_box()
        assert box["height"] >= 44
        assert box["width"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320


@pytest.mark.parametrize("path", ["/", "/es/"])
def test_on_a_phone_911_stands_on_the_first_line_whatever_the_letters(open_page, path):
    page = open_page(path, 390)
    for style in ("", "font-family: 'DejaVu Sans', Verdana, sans-serif", "letter-spacing: .12em"):
        page.evaluate("style => document.querySelector('.crisis-strip').style = style", style)
        first, *_others, last = (
            part.bounding_box() for part in page.locator(".crisis-strip .container > *").all()
        )
        assert last["y"] < first["y"] + first["height"], style
        assert last["x"] + last["width"] <= 390, style
