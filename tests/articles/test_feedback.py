"""“Was this helpful?”: for staff only, without a trace of who answered."""

import pytest
from django.test import Client

from articles import feedback
from articles.feedback import wilson_score
from articles.models import Article, Feedback
from tests.articles.factories import make_article, make_draft
from tests.core.staff.people import make_staff, sign_in
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
HERE = {"Sec-Fetch-Site": "same-origin"}
PAGE, FORM = "/articles/open/", "/articles/open/helpful/"


@pytest.fixture
def article() -> Article:
    return make_article(slug="open")


def say(client: Client, helpful: str = "yes", sentence: str = "", **options):
    data = {"helpful": helpful, "sentence": sentence}
    return client.post(FORM, data, **({"headers": HERE} | options))


def forms_on(page: str) -> list:
    return [form for form in read_forms(page) if form.action == FORM]


def test_a_reader_says_yes_and_then_why_without_javascript_and_without_a_cookie(client, article):
    [form] = forms_on(client.get(PAGE).text)
    assert [button.value for button in form.buttons] == ["yes", "no"]
    assert "sentence" not in form.fields
    response = client.post(FORM, form.filled() | {"helpful": "yes"}, headers=HERE)
    assert response.status_code == 303
    assert not response.cookies
    assert Feedback.objects.get().helpful
    thanks = client.get(response["Location"]).text
    assert "Thank you" in thanks
    [form] = forms_on(thanks)
    words = {"sentence": "Now I know when to call."}
    response = client.post(FORM, form.filled(**words), headers=HERE)
    assert not forms_on(client.get(response["Location"]).text)
    answer = Feedback.objects.get()
    assert (answer.helpful, answer.sentence) == (True, "Now I know when to call.")
    assert "Now I know when to call." not in client.get(PAGE).text
    client.post(FORM, form.filled(sentence="Something else."), headers=HERE)
    assert Feedback.objects.get().sentence == "Now I know when to call."


def test_a_sentence_reaches_only_the_answer_whose_token_it_brings(client, article):
    other = feedback.give_feedback(make_article(slug="other"), helpful=True)
    mine = feedback.give_feedback(article, helpful=True)
    forged = feedback.ANSWERS.sign(mine.pk).replace(str(mine.pk), str(other.pk), 1)
    for token in ("x", "1.2.3", forged, feedback.ANSWERS.sign(other.pk)):
        data = {"answer": token, "sentence": "Not mine."}
        assert client.post(FORM, data, headers=HERE).status_code == 303
        assert client.get("/articles/open/thanks/", {"said": token}).status_code == 200
    assert not Feedback.objects.exclude(sentence="").exists()


def test_nothing_that_is_kept_tells_who_answered():
    kept = {field.name for field in Feedback._meta.get_fields()}
    assert kept == {"id", "article", "helpful", "sentence", "day"}


def test_most_useful_follows_what_readers_say(client, article):
    better = make_article(title="The better one")
    for _ in range(3):
        feedback.give_feedback(better, helpful=True, sentence="")
    feedback.give_feedback(article, helpful=False, sentence="")
    html = client.get("/articles/?order=useful").text
    assert html.index("The better one") < html.index("What naltrexone does")


def test_many_answers_weigh_more_than_few():
    assert wilson_score(0, 0) == 0 == wilson_score(0, 5)
    assert (
        wilson_score(1, 1)
        < wilson_score(9, 10)
        < wilson_score(90, 100)
        < wilson_score(100, 100)
        <= 1000
    )


@pytest.mark.parametrize(
    ("yes", "total", "lower"), [(81, 263, 255), (15, 148, 62), (1, 29, 6), (0, 20, 0)]
)
def test_the_score_is_the_lower_end_of_wilsons_interval(yes, total, lower):
    """The examples of Newcombe, Statistics in Medicine 17 (1998), 857: table I, method 3.

    At 95 % they begin at 0.2553, 0.0624, 0.0061 and 0.
    """
    assert wilson_score(yes, total) == lower


def test_nine_of_ten_stand_before_one_of_one(client, article):
    few = make_article(title="Only one answer so far")
    feedback.give_feedback(few, helpful=True, sentence="")
    for helpful in [False] + [True] * 9:
        feedback.give_feedback(article, helpful=helpful, sentence="")
    html = client.get("/articles/?order=useful").text
    assert html.index("What naltrexone does") < html.index("Only one answer so far")


def test_the_day_of_the_last_change_is_not_touched(article):
    before = Article.objects.get().changed_at
    feedback.give_feedback(article, helpful=True, sentence="")
    assert Article.objects.get().changed_at == before


@pytest.mark.parametrize(
    ("helpful", "sentence", "said"),
    [
        ("", "x", "This field is required"),
        ("maybe", "x", "Select a valid choice"),
        ("yes", "s" * 501, "At most 500 characters fit; yours has 501."),
        ("yes", "a\u0000b", "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(
    client, article, helpful, sentence, said
):
    response = say(client, helpful, sentence)
    assert response.status_code == 200
    assert said in response.text
    assert sentence in response.text
    assert not Feedback.objects.exists()


def test_another_site_is_refused(client, article):
    assert say(client, headers={"Origin": "https://evil.example"}).status_code == 403
    assert not Feedback.objects.exists()


def test_past_the_limit_nothing_is_written(client, article, settings):
    settings.LIMITS = settings.LIMITS | {"feedback": "2/day"}
    assert [say(client).status_code for _ in range(3)] == [303, 303, 429]
    assert say(client)["Retry-After"]
    assert Feedback.objects.count() == 2


def test_near_the_limit_a_little_work_is_asked_for(client, article, settings):
    settings.LIMITS = settings.LIMITS | {"feedback_easily": "1/day"}
    assert say(client).status_code == 303
    response = say(client, sentence="Again.")
    assert response.status_code == 429
    [form] = [form for form in read_forms(response.text) if form.id == "proof-of-work"]
    assert form.fields["sentence"] == "Again."
    assert form.fields["helpful"] == "yes"


def test_one_reader_counts_a_few_times_at_most_and_is_always_thanked(client, article):
    assert {say(client).status_code for _ in range(6)} == {303}
    assert Feedback.objects.count() == 3


def test_a_draft_is_not_asked_about(client):
    make_draft(slug="open")
    assert client.get(FORM).status_code == 404
    assert say(client).status_code == 404
    assert client.get("/articles/open/thanks/").status_code == 404


def test_staff_read_the_sentences_and_see_counts_beside_each_article(article):
    feedback.give_feedback(article, helpful=True, sentence="Clear and kind.")
    feedback.give_feedback(article, helpful=False, sentence="")
    editor = sign_in(Client(), make_staff("editor"))
    assert "Clear and kind." in editor.get("/admin/articles/feedback/").text
    assert "1 of 2" in editor.get("/admin/articles/article/").text
    desk = sign_in(Client(), make_staff("front desk"))
    assert desk.get("/admin/articles/feedback/").status_code == 403
