import pytest
from django.db import IntegrityError

from tests.pages.factories import make_testimonial

pytestmark = pytest.mark.django_db


def test_published_testimonials_stand_on_the_home_page_in_the_order_staff_chose(client):
    make_testimonial(words="Second testimonial.", position=2)
    make_testimonial(words="First testimonial.", position=1)
    make_testimonial(words="Not yet.", published=False)
    html = client.get("/").text
    assert "What patients say" in html
    assert html.index("First testimonial.") < html.index("Second testimonial.")
    assert "M., Ohio. Patient since 2025" in html
    assert "Not yet." not in html


def test_as_many_are_shown_as_staff_publish_but_a_page_has_an_end(client):
    for number in range(32):
        make_testimonial(words=f"Words {number}.", position=number)
    html = client.get("/").text
    assert "Words 5." in html
    assert "Words 29." in html
    assert "Words 30." not in html


def test_without_testimonials_the_section_is_not_there(client):
    make_testimonial(published=False)
    assert "What patients say" not in client.get("/").text


def test_words_are_shown_as_text_never_as_code(client):
    make_testimonial(words="<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/").text


def test_nothing_is_published_without_written_permission():
    with pytest.raises(IntegrityError, match="testimonial_published_only_with_permission"):
        make_testimonial(permission=False)
