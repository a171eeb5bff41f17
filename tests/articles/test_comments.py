"""Leaving a comment: what readers type, what they are told, and who sees it when."""

import re
import time
from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from articles import tasks
from articles.comments import links, moderation, submission
from articles.comments.moderation import NotPossible
from articles.links import preview_links
from articles.models import Article, Comment
from core.guard import proof_of_work
from core.mail.models import OutgoingEmail
from tests.articles.factories import make_article, make_contributor, make_draft
from tests.core.staff.people import make_staff
from tests.page_forms import read_forms
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db
HERE = {"Sec-Fetch-Site": "same-origin"}
PAGE, FORM = "/articles/open/", "/articles/open/comments/"
TYPED = {"name": "Sam", "email": "sam@example.org", "text": "The part about food helped me."}


@pytest.fixture
def article() -> Article:
    return make_article(slug="open")


def form_on(client: Client, page: str = PAGE):
    return next(form for form in read_forms(client.get(page).text) if form.id == "leave")


def leave(client: Client, page: str = PAGE, headers=HERE, **answers):
    form = form_on(client, page)
    return client.post(form.action, form.filled(**(TYPED | answers)), headers=headers)


def kept(article: Article, **values) -> Comment:
    return submission.submit(
        article, **({"name": "Sam", "email": "", "text": "Helped me."} | values)
    )


def approved(article: Article, **values) -> Comment:
    comment = kept(article, **values)
    moderation.approve(comment, by=make_staff())
    return comment


def test_a_comment_waits_until_staff_approve_it_and_then_shows(client, article, commits):
    response = leave(client)
    assert response.status_code == 303
    assert "Thank you. We read it soon." in client.get(response["Location"]).text
    comment = Comment.objects.get()
    assert "about food" not in client.get(PAGE).text
    with commits():
        moderation.approve(comment, by=make_staff())
    html = client.get(PAGE).text
    assert "The part about food helped me." in html
    assert "Sam" in html
    assert "sam@example.org" not in html
    assert "Your comment is online." in client.get(response["Location"]).text


def test_the_page_with_the_form_sets_no_cookie_and_holds_no_token(client, article):
    approved(article)
    for page in (PAGE, FORM, f"{FORM}?to={Comment.objects.get().pk}"):
        response = client.get(page)
        assert "public" in response["Cache-Control"]
        assert not response.cookies
        assert "csrfmiddlewaretoken" not in response.text
        assert "Cookie" not in response.get("Vary", "")
    assert not leave(client).cookies


def test_words_are_kept_as_typed_and_shown_as_text(client, article, commits):
    typed = 'a <b>bold</b> "claim" & <script>alert(1)</script>\nhttps://example.org/x'
    leave(client, text=typed)
    comment = Comment.objects.get()
    assert comment.text == typed
    assert comment.has_link
    with commits():
        moderation.approve(comment, by=make_staff())
    html = client.get(PAGE).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>https://example.org/x" in html
    assert "<b>bold</b>" not in html


@pytest.mark.parametrize(
    ("text", "has_link"),
    [
        ("see www.example", True),
        ("cheap-pills.shop now", True),
        ("HTTP://x", True),
        ("I took it at 7. Then rested.", False),
        ("It was 2.5 hours", False),
    ],
)
def test_a_comment_with_a_link_says_so_to_staff(article, text, has_link):
    assert kept(article, text=text).has_link is has_link


@pytest.mark.parametrize(
    ("answers", "sentence", "field"),
    [
        ({"name": ""}, "Write a name to show.", "name"),
        ({"name": "\u0000x"}, "Null characters are not allowed.", "name"),
        ({"name": "x" * 61}, "at most 60 characters", "name"),
        ({"email": "sam@"}, "This address is not complete.", "email"),
        ({"email": "sam@gmial.com"}, "Did you mean sam@gmail.com?", "email"),
        ({"text": "   "}, "Write your comment first.", "text"),
        ({"text": "y" * 3001}, "At most 3000 characters fit; yours has 3001.", "text"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_typed_is_lost(
    client, article, answers, sentence, field
):
    response = leave(client, **answers)
    assert response.status_code == 200
    assert sentence in response.text
    assert re.search(rf'id="error_\d_comment_{field}"', response.text)
    typed = next(f for f in read_forms(response.text) if f.id == "leave").fields
    for name, value in (TYPED | answers).items():
        assert typed[name].strip() == value.strip()
    assert not Comment.objects.exists()
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("length", "status", "sentence"),
    [(60_000, 200, "At most 3000 characters fit"), (5_000_000, 413, "held too much text")],
)
def test_far_too_much_text_is_refused_with_a_sentence(client, article, length, status, sentence):
    response = leave(client, text="z" * length)
    assert response.status_code == status
    assert sentence in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/articles/open/"},
        {},
    ],
)
def test_what_another_site_sends_is_refused_and_can_be_sent_from_here(client, article, headers):
    response = leave(client, headers=headers)
    assert response.status_code == 403
    assert "did not say that this came from our page" in response.text
    assert not Comment.objects.exists()
    form = next(form for form in read_forms(response.text) if form.id == "leave")
    assert client.post(form.action, form.fields, headers=HERE).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://testserver"},
        {"Referer": "http://testserver/articles/open/"},
    ],
)
def test_what_our_page_sends_is_taken(client, article, headers):
    assert leave(client, headers=headers).status_code == 303


def test_past_the_limit_nothing_is_written_and_nothing_typed_is_lost(client, article, settings):
    settings.LIMITS = settings.LIMITS | {"comments": "1/hour", "comments_easily": "9/hour"}
    assert leave(client).status_code == 303
    response = leave(client, text="Second.")
    assert response.status_code == 429
    assert response["Retry-After"]
    assert "Second." in response.text
    assert Comment.objects.count() == 1
    other = Client(REMOTE_ADDR="192.0.2.9")
    assert leave(other).status_code == 303


def test_near_the_limit_a_wait_replaces_the_sum_without_javascript(client, article, settings):
    settings.LIMITS = settings.LIMITS | {"comments_easily": "1/hour"}
    leave(client)
    with time_machine.travel(time.time(), tick=False) as clock:
        response = leave(client, text="Second.")
        assert response.status_code == 429
        [form] = [each for each in read_forms(response.text) if each.id == "proof-of-work"]
        assert form.fields["text"] == "Second."
        assert not response.cookies
        assert client.post(FORM, form.fields, headers=HERE).status_code == 429
        clock.shift(proof_of_work.WAIT.total_seconds() + 1)
        assert client.post(FORM, form.fields, headers=HERE).status_code == 303
    assert Comment.objects.count() == 2


def test_much_with_one_address_asks_for_a_little_work_and_takes_it_from_nobody(
    client, article, settings
):
    settings.LIMITS = settings.LIMITS | {"comments_per_address": "1/day"}
    assert leave(Client(REMOTE_ADDR="192.0.2.9"), email="sam+1@example.org").status_code == 303
    asked = leave(client, email="SAM@example.org")
    assert asked.status_code == 429
    assert 'id="puzzle"' in asked.text
    assert leave(client, email="").status_code == 303


def test_answers_stand_under_what_they_answer_on_one_level(client, article, commits):
    first = approved(article, name="Kim", text="First!")
    answer = leave(client, f"{FORM}?to={first.pk}", text="An answer.")
    assert answer.status_code == 303
    with commits():
        second = Comment.objects.get(parent=first)
        moderation.approve(second, by=make_staff())
    leave(client, f"{FORM}?to={second.pk}", text="Deeper.")
    assert Comment.objects.get(text="Deeper.").parent == first
    html = client.get(PAGE).text
    assert html.index("First!") < html.index("An answer.")
    assert "Answer Kim" in client.get(f"{FORM}?to={first.pk}").text


@pytest.mark.parametrize("odd", ["x", "0", "-1", "9" * 30, "1e3", "٣"])
def test_an_answer_to_nothing_is_no_page(client, article, odd):
    assert client.get(f"{FORM}?to={odd}").status_code == 404


def test_an_answer_to_what_readers_cannot_see_becomes_a_comment(client, article):
    hidden = kept(article)
    assert client.get(f"{FORM}?to={hidden.pk}").status_code == 404
    assert client.post(FORM, TYPED | {"to": hidden.pk}, headers=HERE).status_code == 303
    assert Comment.objects.latest("pk").parent is None


def test_the_database_keeps_answers_to_one_level_and_one_article(article):
    first = kept(article)
    second = kept(article, to=first)
    elsewhere = make_article()
    for of, parent in ((article, second), (elsewhere, first)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Comment.objects.create(
                article=of, parent=parent, name="x", text="x", created_at=timezone.now()
            )


def test_its_writer_withdraws_it_by_the_link_and_a_visit_alone_changes_nothing(
    client, article, commits
):
    path = leave(client)["Location"]
    comment = Comment.objects.get()
    with commits():
        moderation.approve(comment, by=make_staff())
    reply = submission.answer(
        comment, text="We moved that line up.", by=make_staff(), contributor=None
    )
    page = client.get(path)
    assert page["Cache-Control"] == "no-store"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "same-origin"
    assert not page.cookies
    comment.refresh_from_db()
    assert comment.text
    assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    with commits():
        assert client.post(path, headers=HERE)["Location"] == path
    comment.refresh_from_db()
    assert (comment.name, comment.email, comment.text) == ("", "", "")
    html = client.get(PAGE).text
    assert "about food" not in html
    assert reply.text not in html
    assert "It is withdrawn." in client.get(path).text


def test_nobody_opens_a_comment_by_a_made_up_or_old_link(client, article, settings):
    comment = kept(article)
    path = links.page(comment)
    for wrong in (path.replace("/comments/", "/comments/1"), path[:-6] + "AAAAA/"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong, headers=HERE).status_code == 404
    with time_machine.travel(time.time() + (settings.COMMENT_ADDRESS_DAYS + 1) * 86400):
        assert client.get(path).status_code == 404


def test_comments_close_by_hand_and_after_a_while(client, article, commits, settings):
    form = form_on(client)
    settings.COMMENTS_CLOSE_DAYS = 10
    with time_machine.travel(time.time() + 11 * 86400):
        response = client.post(form.action, form.filled(**TYPED), headers=HERE)
        assert response.status_code == 403
        assert "closed" in response.text
        assert TYPED["text"] in response.text
    settings.COMMENTS_CLOSE_DAYS = 0
    Article.objects.update(comments_open=False)
    assert client.post(form.action, form.filled(**TYPED), headers=HERE).status_code == 403
    assert "Comments under this article are closed" in client.get(FORM).text
    assert not Comment.objects.exists()


def test_a_draft_takes_no_comments(client):
    make_draft(slug="draft")
    assert client.get("/articles/draft/comments/").status_code == 404
    assert client.post("/articles/draft/comments/", TYPED, headers=HERE).status_code == 404


def test_answers_of_author_and_reviewer_are_marked(client, article, commits):
    comment = approved(article)
    staff = make_staff()
    with commits():
        for who, text in (
            (article.author, "From the author."),
            (article.reviewer, "From the reviewer."),
            (make_contributor("Somebody Else"), "From elsewhere."),
        ):
            submission.answer(comment, text=text, by=staff, contributor=who)
    shown = re.findall(r'<bdi>([^<]+)</bdi>(?:<span class="mark">([^<]+))?', client.get(PAGE).text)
    assert shown == [
        ("Sam", ""),
        (article.author.byline, "Author"),
        (article.reviewer.byline, "Medical reviewer"),
        ("Somebody Else, MD", "Our team"),
    ]


def test_the_newest_comments_come_first_and_the_rest_has_a_page(client, article):
    now = timezone.now()
    for number in range(62):
        submission.import_comment(article, name=f"N{number}", text=f"Number {number}.", written=now)
    html = client.get(PAGE).text
    assert html.index("Number 61.") < html.index("Number 60.")
    assert "Number 1." not in html
    assert "Read more comments" in html
    assert "Number 1." in client.get(FORM).text


def test_its_writer_hears_of_it_only_once_staff_have_approved_it(client, article):
    leave(client)
    assert not OutgoingEmail.objects.exists()
    comment = Comment.objects.get()
    moderation.approve(comment, by=make_staff())
    email = OutgoingEmail.objects.get()
    assert email.to == "sam@example.org"
    assert "naltrexone" not in email.text + email.subject
    [path] = re.findall(r"/articles/comments/\S+", email.text)
    assert client.get(path).status_code == 200
    submission.answer(comment, text="Thank you.", by=make_staff(), contributor=None)
    assert OutgoingEmail.objects.filter(template="comment_answered").count() == 1
    assert not mail.outbox


def test_moderators_get_one_mail_with_a_count_and_a_link_however_many_come(article, settings):
    make_staff("editor", email="editor@example.org")
    make_staff("manager", email="manager@example.org", is_active=False)
    make_staff("clinician")
    for _ in range(3):
        kept(article, name="Zebulon", text="Do not tell.")
    tasks.email_moderators()
    tasks.email_moderators()
    email = OutgoingEmail.objects.get()
    assert email.to == "editor@example.org"
    assert "3 comments wait" in email.text
    assert "/admin/articles/comment/" in email.text
    assert not re.search("Zebulon|Do not tell|naltrexone", email.text + email.html + email.subject)
    kept(article)
    tasks.email_moderators()
    assert OutgoingEmail.objects.count() == 1
    with time_machine.travel(time.time() + 3601):
        tasks.email_moderators()
        tasks.email_moderators()
    assert OutgoingEmail.objects.count() == 2
    assert "4 comments wait" in OutgoingEmail.objects.latest("pk").text


def test_moderators_read_since_when_by_the_clinics_clock(article):
    make_practice(time_zone="America/Los_Angeles")
    make_staff("editor")
    kept(article)
    Comment.objects.update(created_at=datetime(2026, 7, 2, 4, 5, tzinfo=UTC))
    tasks.email_moderators()
    email = OutgoingEmail.objects.get()
    assert "since July 1, 9:05 PM" in email.text
    assert "since July 1, 9:05 PM" in email.html


def test_who_hears_of_comments_can_be_named(article, settings):
    settings.COMMENT_MODERATORS = ["desk@example.org"]
    make_staff("editor")
    kept(article)
    tasks.email_moderators()
    assert [email.to for email in OutgoingEmail.objects.all()] == ["desk@example.org"]


def test_refused_comments_and_old_addresses_are_deleted_after_their_time(article, settings):
    seen = approved(article, email="sam@example.org")
    spam, gone = kept(article), kept(article)
    moderation.mark_as_spam(spam, by=make_staff())
    submission.withdraw(gone)
    waiting = kept(article)
    tasks.purge_comments()
    assert Comment.objects.count() == 4
    with time_machine.travel(time.time() + (settings.COMMENT_REFUSED_DAYS + 1) * 86400):
        tasks.purge_comments()
    assert set(Comment.objects.all()) == {seen, waiting}
    with time_machine.travel(time.time() + (settings.COMMENT_ADDRESS_DAYS + 1) * 86400):
        tasks.purge_comments()
    seen.refresh_from_db()
    assert (seen.email, seen.name) == ("", "Sam")


def test_a_preview_offers_neither_comments_nor_the_question(client):
    html = client.get(preview_links.link(make_draft())).text
    assert "Leave a comment" not in html
    assert "Was this helpful?" not in html


@pytest.mark.parametrize("odd", ["?to=1%00", "?page=999999&to=" + "9" * 5000, "?to=%F0%28"])
def test_odd_addresses_of_the_form_are_no_error_of_ours(client, article, odd):
    assert client.get(FORM + odd).status_code in {400, 404}


def test_an_answer_is_seen_only_while_the_comment_that_it_answers_is(client, article, commits):
    comment = approved(article)
    with commits():
        submission.answer(comment, text="Small meals help.", by=make_staff(), contributor=None)
    assert "Small meals help." in client.get(PAGE).text
    assert Comment.objects.visible().count() == 2
    with commits():
        moderation.reject(comment, by=make_staff())
    assert "Small meals help." not in client.get(PAGE).text
    assert not Comment.objects.visible().exists()


def test_a_comment_that_was_withdrawn_in_the_same_moment_is_not_answered(article):
    stale = approved(article)
    submission.withdraw(Comment.objects.get())
    with pytest.raises(NotPossible):
        submission.answer(stale, text="Thank you.", by=make_staff(), contributor=None)
    assert Comment.objects.count() == 1
