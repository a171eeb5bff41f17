"""Past issues to look at, and a draft. Their readers are fictitious; nothing is mailed."""

from datetime import datetime, timedelta

from core import article_library
from newsletter.issues import workflow
from newsletter.models import Issue

SENT = [
    (
        "saturday-visits-and-a-story",
        "Saturday visits, and a story",
        "We are open on Saturdays from now on.",
        "<p>Some weeks leave no room for an appointment between Monday and Friday. From this month"
        " on you can see us on Saturday mornings, too.</p><h2>“I told my sister first”</h2>"
        "<p>One reader writes about the day she asked for help, and about what she would have liked"
        " to know before. Her words, with her leave, are at the end of this letter.</p>"
        '<blockquote class="note"><p>You can answer this letter. A person reads every mail.</p>'
        "</blockquote>",
        9,
    ),
    (
        "what-helps-in-the-first-week",
        "What helps in the first week",
        "Sleep, water, and somebody to call.",
        "<p>The first week is the longest one. Three small things make it shorter.</p><ul>"
        "<li>Tell one person, and ask them to call you each evening.</li>"
        "<li>Put water and something to eat beside your bed.</li>"
        "<li>Write down your questions as they come. We go through them at your visit.</li></ul>"
        "<p>None of this has to be perfect. If a day goes wrong, the next one counts again.</p>",
        38,
    ),
]
DRAFT = (
    "the-holidays-calmly",
    "The holidays, calmly",
    "A plan for the table, and a way out of the room.",
    "<p>Family, old friends, a full table: the holidays bring much at once. A small plan helps.</p>"
    "<h2>Before you go</h2><p>Say to one person there what you need. Agree on a word that means:"
    " let us go for a walk.</p>",
)


def create_issues(now: datetime) -> int:
    """Create two issues that were sent and one draft, and return how many were new."""
    new = 0
    for slug, subject, preview, body, days in SENT:
        issue, is_new = _write(slug, subject, preview, body)
        if is_new:
            workflow.record_past(issue, sent_at=now - timedelta(days=days))
        new += is_new
    return new + _write(*DRAFT)[1]


def _write(slug: str, subject: str, preview: str, body: str) -> tuple[Issue, bool]:
    articles = [card.pk for card in article_library.current().newest(3)]
    values = {"subject": subject, "preview": preview, "body": body, "articles": articles}
    return Issue.objects.get_or_create(slug=slug, defaults=values)
