"""How to join: the one next thing on the page after booking, and in the mails."""

import pytest

from appointments.models import Appointment, Status
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.factories import make_provider, make_service, monday
from tests.pages.factories import make_practice
from tests.visitor import in_process

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("channel", ["video", "phone"])
def test_the_page_after_booking_marks_how_to_join_and_says_what_if_it_fails(channel):
    make_practice()
    page = booking_steps.book(in_process(), make_service(channel=channel), monday())
    coral = page.text.split('class="btn btn-primary"')
    assert len(coral) == 2, "one next thing"
    assert "See how to join" in coral[1].split("</a>")[0]
    assert "(615) 555-0142" in page.text.split('id="how-to-join"')[1]
    if channel == "phone":
        assert 'We call you at <b class="num">(615) 555-0117</b>' in page.text
    else:
        assert "You can come in from fifteen minutes before" in page.text


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("video", "You can come in from fifteen minutes before"),
        ("phone", "we call you at that time"),
    ],
)
def test_the_confirmation_says_so_too(channel, said):
    make_practice()
    booking_steps.book(in_process(), make_service(channel=channel), monday())
    visit = Appointment.objects.get(status=Status.BOOKED)
    mail = OutgoingEmail.objects.get(key=f"appointment-booked:{visit.pk}")
    assert said in " ".join(mail.text.split())
    assert said in mail.html
    assert "Call (615) 555-0142: we can go on by phone." in " ".join(mail.text.split())


def test_whoever_comes_to_a_room_of_ours_is_told_to_check_beforehand():
    make_practice()
    service = make_service(providers=[make_provider(video_room="")])
    page = booking_steps.book(in_process(), service, monday())
    beforehand = "Check your camera and sound there beforehand"
    assert beforehand in page.text
    visit = Appointment.objects.get(status=Status.BOOKED)
    mail = OutgoingEmail.objects.get(key=f"appointment-booked:{visit.pk}")
    assert beforehand in " ".join(mail.text.split())
    assert beforehand in mail.html
