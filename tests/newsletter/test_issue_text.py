"""The text part of an issue, and what is said of an issue before it is sent."""

import pytest

from core.practice.models import Practice
from newsletter.issues import checks
from newsletter.issues.plain_text import as_text
from tests.articles.factories import make_article
from tests.newsletter.issues import make_issue, make_practice

RICH = """
<h2>What is <a href="https://example.org/new">new</a></h2><h3> </h3>
<p>Two<br>lines, and <a href="https://example.org">https://example.org</a>.</p>
<ol><li>First</li><li>Second<ul><li>Within</li></ul></li></ol><li>Stray</li><hr>
<table><tr><th>Day</th><th>Hour</th></tr><tr><td>Monday</td><td></td><td>9</td></tr></table>
<figure><img alt="A quiet room"><img alt=""></figure><p>The end
"""
TEXT = """
What is new (https://example.org/new)
-------------------------------------

Two
lines, and https://example.org.

1. First

2. Second

- Within

- Stray

* * *

Day | Hour

Monday | | 9

[A quiet room]

The end
""".strip()


def test_every_kind_of_block_is_told_apart_in_plain_text():
    assert as_text(RICH) == TEXT


def said_of(**fields) -> set[tuple[str, bool]]:
    return {(problem.text, problem.stops) for problem in checks.quick_checks(make_issue(**fields))}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "said", "stops"),
    [
        ({"subject": "  "}, "It has no subject.", True),
        ({"subject": "NEWS OF THE FALL"}, "The subject is all capitals", False),
        ({"subject": "All of it free"}, "The subject should not say “free”.", True),
        ({"body": "<p> </p>"}, "It is empty", True),
        ({"articles": [4711]}, "An article that was picked is not online", False),
        ({"preview": ""}, "It has no preview text", False),
        ({"body": '<p>x</p><img src="/media/x.jpg" alt=" ">'}, "A picture does not say", True),
        ({"body": "<p>" + "word " * 30_000 + "</p>"}, "Gmail cuts off", True),
    ],
)
def test_what_is_wrong_with_an_issue_is_said_before_it_goes(fields, said, stops):
    assert said_of() == set()
    [(text, does_stop)] = [each for each in said_of(**fields) if said in each[0]]
    assert does_stop is stops, text


@pytest.mark.django_db
def test_an_issue_from_a_practice_without_an_address_does_not_go():
    issue = make_issue()
    make_practice(street="")
    assert [problem.stops for problem in checks.quick_checks(issue)] == [True]
    Practice.share()


@pytest.mark.django_db
def test_links_to_our_own_site_are_looked_at_without_asking_anybody():
    article = make_article()
    good = [article.get_absolute_url(), "/book/", "mailto:office@example.org", "tel:+16155550142"]
    bad = {
        "/articles/nobody-wrote-it/": "no such article is online",
        "/no/such/page/": "there is no such page here",
        "page.html": "it is no address",
        "tel:": "it is empty",
    }
    links = "".join(f'<a href="{each}">x</a>' for each in [*good, *bad])
    found = checks.check_links(make_issue(body=f"<p>{links}</p>"))
    assert {problem.text for problem in found} == {
        f"The link {address} does not work: {why}" for address, why in bad.items()
    }
    assert not any(problem.stops for problem in found)
