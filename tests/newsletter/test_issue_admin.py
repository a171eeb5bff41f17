"""How staff write, check, send and watch an issue, through the pages of the admin."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from newsletter.issues import rendering, workflow
from newsletter.models import Batch, Delivery, Issue
from tests.articles.factories import make_article
from tests.core.staff.people import make_staff, sign_in
from tests.newsletter.factories import make_subscriber
from tests.newsletter.issues import (
    mail_through,
    make_issue,
    make_practice,
    make_readers,
    send,
    start,
    statuses,
)
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
LIST = "/admin/newsletter/issue/"


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.user = make_staff("newsletter editor")
    return sign_in(client, client.user)


@pytest.fixture
def mail(settings, smtp_server):
    mail_through(settings, smtp_server.url)
    return smtp_server


def step(client: Client, issue: Issue, name: str, **data: str):
    response = client.post(f"{LIST}{issue.pk}/step/{name}/", data, follow=True)
    issue.refresh_from_db()
    return response


def test_an_issue_is_written_checked_and_sent_without_help(editor, mail):
    make_practice()
    article = make_article(title="What naltrexone does")
    reader = make_subscriber()
    page = editor.get(f"{LIST}add/")
    form = next(form for form in read_forms(page.text) if form.id == "issue_form")
    data = form.filled(
        subject="Autumn news",
        preview="What is new",
        slug="autumn-news",
        body='<h2>Hello</h2><p onclick="x()">Come in.</p><script>bad()</script>',
    ) | {"articles-add": str(article.pk)}
    answer = editor.post(f"{LIST}add/", data, follow=True)
    issue = Issue.objects.get()
    assert issue.body == "<h2>Hello</h2><p>Come in.</p>", answer.text
    assert issue.articles == [article.pk]

    page = editor.get(f"{LIST}{issue.pk}/send/")
    assert "It goes to one subscriber" in page.text
    assert "Nothing was found that stands in its way" in page.text
    answer = step(editor, issue, "send-now")
    assert "Send “Autumn news” to one subscriber now?" in answer.text
    answer = step(editor, issue, "send-now", sure="yes", count="1")
    assert "It goes out in a minute" in answer.text
    send(issue)
    [got] = mail.mails
    assert got["To"] == reader.email
    assert "What naltrexone does" in got.get_body(("html",)).get_content()
    assert "100 %" in editor.get(f"{LIST}{issue.pk}/progress/").text


def cards_on(html: str) -> list[int]:
    """The chosen articles, as they stand in the form."""
    return [int(pk) for pk in re.findall(r'name="articles" value="(\d+)"', html)]


def send_test(client: Client, issue: Issue, *people) -> str:
    data = {"to": [person.pk for person in people]}
    return client.post(f"{LIST}{issue.pk}/test/", data, follow=True).text


def test_a_test_goes_to_the_colleagues_who_were_chosen_and_to_nobody_else(editor, mail):
    make_subscriber()
    issue, colleague, gone = make_issue(), make_staff(), make_staff(is_active=False)
    make_staff(name="Not Chosen")
    said = send_test(editor, issue, editor.user, colleague)
    assert f"On its way to {editor.user.email}, {colleague.email}" in said
    assert sorted(got["To"] for got in mail.mails) == sorted([editor.user.email, colleague.email])
    assert Delivery.objects.count() == 0
    assert "Choose at least one person" in send_test(editor, issue)
    send_test(editor, issue, gone)
    assert len(mail.mails) == 2


def test_a_test_is_offered_to_oneself_first(editor):
    make_staff(name="Aaron Before")
    page = editor.get(f"{LIST}{make_issue().pk}/send/").text
    form = next(form for form in read_forms(page) if form.action.endswith("/test/"))
    assert form.fields["to"] == str(editor.user.pk)
    assert form.choices["to"][0] == str(editor.user.pk)


def test_a_test_says_why_it_was_not_sent(editor, mail):
    issue, colleague = make_issue(), make_staff()
    mail.recipients[editor.user.email] = "550 5.7.1 Not from you"
    said = send_test(editor, issue, editor.user, colleague)
    assert "550 5.7.1 Not from you" in said
    assert f"On its way to {colleague.email}" in said


def test_the_cards_are_put_in_order_by_numbers_left_out_and_added_without_javascript(editor):
    one, two, three, four = (make_article(title=f"Article {n}").pk for n in range(4))
    issue = make_issue(articles=[one, two, three])
    page = editor.get(f"{LIST}{issue.pk}/change/").text
    form = next(form for form in read_forms(page) if form.id == "issue_form")
    order = {"articles": [one, two, three], "articles-place": ["3", "1", "2"]}
    changes = {"articles-leave": [str(two)], "articles-add": [str(four), ""]}
    data = form.filled() | order | changes
    assert editor.post(f"{LIST}{issue.pk}/change/", data).status_code == 302
    issue.refresh_from_db()
    assert issue.articles == [three, one, four]


def test_another_order_of_a_colleague_is_not_written_over(editor):
    one, two = (make_article(title=f"Article {n}").pk for n in range(2))
    issue = make_issue(articles=[one, two])
    path = f"{LIST}{issue.pk}/change/"
    form = next(form for form in read_forms(editor.get(path).text) if form.id == "issue_form")
    Issue.objects.update(articles=[two, one])
    data = form.filled(subject="Mine") | {"articles": [one, two], "articles-place": ["1", "2"]}
    answer = editor.post(path, data)
    assert answer.status_code == 409
    assert cards_on(answer.text) == [two, one]


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ({"subject": "FREE pills"}, "should not say “free”"),
        ({"subject": "Suboxone news"}, "should not say “suboxone”"),
        ({"body": ""}, "It is empty"),
        ({"body": '<p><img src="/articles/images/x.png" alt=""></p><p>Hi</p>'}, "what it shows"),
        ({"body": "<p>Come and see us on a Saturday.</p>" * 4000}, "102 kB"),
    ],
)
def test_what_must_not_go_out_cannot_be_sent(editor, flaw, said):
    issue = make_issue(**flaw)
    page = editor.get(f"{LIST}{issue.pk}/send/")
    assert said in page.text
    assert "can be sent once the points above are fixed" in page.text
    step(editor, issue, "send-now")
    assert issue.status == Issue.Status.DRAFT


def test_without_a_postal_address_nothing_is_sent(editor):
    issue = make_issue()
    make_practice(street="")
    assert "no postal address" in step(editor, issue, "send-now").text
    assert issue.status == Issue.Status.DRAFT


def test_links_that_lead_nowhere_are_found(editor):
    article = make_article()
    body = f'<p><a href="{article.get_absolute_url()}">a</a> <a href="/articles/gone/">b</a>'
    body += ' <a href="/no-such-page/">c</a> <a href="http://does-not-exist.invalid/">d</a></p>'
    issue = make_issue(body=body)
    page = editor.get(f"{LIST}{issue.pk}/send/?links=1").text
    assert "/articles/gone/ does not work" in page
    assert "/no-such-page/ does not work" in page
    assert "http://does-not-exist.invalid/ does not work" in page
    assert f"{article.get_absolute_url()} does not work" not in page


def test_it_is_planned_by_the_clock_that_staff_name(editor):
    issue = make_issue()
    plan = {"day": "2031-01-15", "time": "09:30", "zone": "America/Los_Angeles"}
    page = step(editor, issue, "schedule", **plan)
    assert issue.send_at.isoformat() == "2031-01-15T17:30:00+00:00"
    assert "January 15, 2031, 9:30 AM, Pacific Time" in page.text
    step(editor, issue, "take-back")
    assert issue.status == Issue.Status.DRAFT


@pytest.mark.parametrize("day", ["2020-01-01", "2031-03-09"])
def test_a_time_that_has_passed_or_that_clocks_skip_is_refused(editor, day):
    issue = make_issue()
    step(editor, issue, "schedule", day=day, time="02:30", zone="America/New_York")
    assert issue.status == Issue.Status.DRAFT


def test_what_is_due_starts_by_itself_and_what_is_late_by_hours_waits_for_staff():
    due, late = make_issue(), make_issue()
    workflow.schedule(due, at=timezone.now() + timedelta(days=1), zone="UTC")
    workflow.schedule(late, at=timezone.now() + timedelta(days=1), zone="UTC")
    assert workflow.start_due() == []
    for issue, hours in ((due, 5), (late, 7)):
        Issue.objects.filter(pk=issue.pk).update(send_at=timezone.now() - timedelta(hours=hours))
    assert workflow.start_due() == [due.pk]
    assert workflow.start_due() == []
    late.refresh_from_db()
    assert late.status == Issue.Status.HELD


def test_pause_resume_and_cancel_from_the_progress_page(editor):
    make_readers(2)
    issue = start(make_issue())
    assert "Pause" in editor.get(f"{LIST}{issue.pk}/progress/").text
    step(editor, issue, "pause")
    assert issue.status == Issue.Status.PAUSED
    step(editor, issue, "resume")
    assert issue.status == Issue.Status.SENDING
    step(editor, issue, "cancel")
    assert issue.status == Issue.Status.CANCELLED
    assert "not possible now" in step(editor, issue, "resume").text
    assert issue.status == Issue.Status.CANCELLED


def test_staff_decide_about_each_that_is_uncertain(editor, mail):
    make_readers(3)
    issue = send(make_issue())
    first, second, _third = Delivery.objects.order_by("pk")
    Delivery.objects.exclude(pk=_third.pk).update(status="uncertain", reason="The worker stopped.")
    Batch.objects.update(sent=1, uncertain=2)
    page = editor.get(f"{LIST}{issue.pk}/progress/").text
    assert first.subscriber.email in page
    editor.post(f"{LIST}{issue.pk}/uncertain/{first.pk}/mark-sent/")
    editor.post(f"{LIST}{issue.pk}/uncertain/{second.pk}/resend/")
    assert statuses(issue) == {"sent": 2, "waiting": 1}
    again = editor.post(f"{LIST}{issue.pk}/uncertain/{first.pk}/resend/", follow=True)
    assert "not uncertain any more" in again.text
    issue.refresh_from_db()
    send(issue)
    assert statuses(issue) == {"sent": 3}
    assert [m["To"] for m in mail.mails].count(second.subscriber.email) == 2
    assert "3 of 3, 100 %" in editor.get(f"{LIST}{issue.pk}/progress/").text


def test_the_live_preview_shows_what_stands_in_the_editor_and_saves_nothing(editor):
    make_practice()
    data = {"subject": "Soon", "preview": "", "slug": "", "body": "<p>Hi <b>you</b></p>"}
    shown = editor.post(f"{LIST}live/", data).json()
    assert "<p>Hi <b>you</b></p>" in shown["html"]
    assert 'href="/static/css/issue-email.css"' in shown["html"]
    assert "style=" not in shown["html"]
    assert "Hi you" in shown["text"]
    assert any("no preview text" in problem for problem in shown["problems"])
    assert Issue.objects.count() == 0


def test_what_is_being_sent_cannot_be_edited_or_deleted(editor):
    issue = start(make_issue())
    page = editor.get(f"{LIST}{issue.pk}/change/")
    assert 'name="_save"' not in page.text
    assert editor.post(f"{LIST}{issue.pk}/change/", {"subject": "x"}).status_code == 403
    assert editor.post(f"{LIST}{issue.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor"])
def test_other_roles_see_no_issue(role):
    client = sign_in(Client(), make_staff(role))
    issue = make_issue()
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{issue.pk}/progress/").status_code == 403
    assert client.post(f"{LIST}{issue.pk}/step/send-now/").status_code == 403
    assert client.post(f"{LIST}{issue.pk}/test/").status_code == 403
    assert client.post(f"{LIST}live/", {}).status_code == 403


def test_reading_the_pages_changes_nothing(editor):
    issue = make_issue()
    for name in ("send-now", "pause", "cancel"):
        assert editor.get(f"{LIST}{issue.pk}/step/{name}/").status_code == 404
    assert editor.get(f"{LIST}{issue.pk}/test/").status_code == 404
    issue.refresh_from_db()
    assert issue.status == Issue.Status.DRAFT


def test_send_now_asks_first_with_the_number_and_does_nothing_yet(editor):
    make_readers(3)
    issue = make_issue()
    asked = step(editor, issue, "send-now").text
    assert "to 3 subscribers now?" in asked
    assert issue.status == Issue.Status.DRAFT
    make_readers(2)  # more than were told: asked again
    asked = step(editor, issue, "send-now", sure="yes", count="3").text
    assert "to 5 subscribers now?" in asked
    assert issue.status == Issue.Status.DRAFT


def test_for_a_minute_it_can_be_stopped(editor):
    make_readers(1)
    issue = make_issue()
    before = timezone.now()
    page = step(editor, issue, "send-now", sure="yes", count="1").text
    assert issue.status == Issue.Status.SCHEDULED
    assert before + timedelta(seconds=50) < issue.send_at < timezone.now() + timedelta(seconds=70)
    assert workflow.start_due() == []
    assert "Stop it: make it a draft again" in page
    step(editor, issue, "take-back")
    Issue.objects.filter(pk=issue.pk).update(send_at=before)
    assert workflow.start_due() == []
    assert issue.status == Issue.Status.DRAFT


def test_after_the_minute_it_goes_by_itself(editor):
    make_readers(1)
    issue = make_issue()
    step(editor, issue, "send-now", sure="yes", count="1")
    Issue.objects.filter(pk=issue.pk).update(send_at=timezone.now())
    assert workflow.start_due() == [issue.pk]


def test_cards_stand_in_the_order_in_which_they_were_chosen(editor):
    one, two, three = (make_article(title=f"Number {word}") for word in ("one", "two", "three"))
    issue = make_issue(articles=[two.pk, three.pk, one.pk])
    address = f"{LIST}{issue.pk}/change/"

    def save(**answers):
        html = editor.get(address).text
        form = next(form for form in read_forms(html) if form.id == "issue_form")
        typed = {"articles": cards_on(html)} | answers
        page = editor.post(address, form.filled() | typed)
        issue.refresh_from_db()
        return page

    save(subject="Saved again")
    assert (issue.subject, issue.articles) == ("Saved again", [two.pk, three.pk, one.pk])
    others = [three.pk, one.pk, two.pk]
    wrong = save(subject="", articles=others)
    assert cards_on(wrong.text) == others  # a mistake elsewhere does not mix them
    save(articles=others)
    assert issue.articles == others
    assert rendering.cards(issue)[0]["title"] == "Number three"
