from core.practice.models import Practice
from pages.models import Testimonial


def make_practice(**values) -> Practice:
    values = {
        "phone": "+16155550142",
        "phone_hours": "8 am to 8 pm Central",
        "email": "hello@example.org",
        "street": "100 Example Street, Suite 4",
        "city": "Nashville",
        "state": "TN",
        "postal_code": "37200",
    } | values
    practice = Practice.objects.create(**values)
    Practice.share()
    return practice


def make_testimonial(**values) -> Testimonial:
    values = {
        "words": "Nobody asked me why I had not come sooner.",
        "initial": "M",
        "state": "OH",
        "since": 2025,
        "permission": True,
        "published": True,
    } | values
    return Testimonial.objects.create(**values)
