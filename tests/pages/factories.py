from articles.revisions.content import Content
from core.practice.models import Practice
from pages.models import Testimonial, TextPage
from pages.text_pages import publishing


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


def make_text_page(
    slug: str = "terms", language: str = "en", body: str = "<p>Be kind.</p>", **values
) -> TextPage:
    """A page as it came along: online, and approved by nobody."""
    content = Content(title=values.get("title", "Terms"), summary="What we ask.", body=body)
    publishing.publish_seed(slug, language, content)
    return TextPage.objects.get(slug=slug, language=language)
