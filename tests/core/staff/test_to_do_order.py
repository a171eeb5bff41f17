"""What is most urgent stands first under "To do", whichever app it is of."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article
from tests.articles.factories import make_draft
from tests.core.staff.people import make_staff, sign_in
from tests.factories import make_license, make_provider

pytestmark = pytest.mark.django_db


def test_nobody_can_be_booked_stands_before_a_review_and_that_before_a_date_weeks_ahead():
    make_license(make_provider(hours=""), "NY", expires=timezone.localdate() + timedelta(days=40))
    Article.objects.filter(pk=make_draft(slug="waits").pk).update(status="in_review")
    page = sign_in(Client(), make_staff("manager")).get("/admin/to-do/").text
    headings = [part.split("</h2>")[0] for part in page.split("<h2>")[1:]]
    first = headings.index("Before patients can book")
    review = headings.index("Articles in review")
    assert first < review < headings.index("Licenses that end soon")
