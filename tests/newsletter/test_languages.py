"""An issue is in one language, and goes to who reads that language; readers choose theirs."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import links
from newsletter.issues import checks, rendering
from newsletter.models import Issue, Subscriber
from tests.articles.factories import make_article
from tests.articles.test_languages import translate
from tests.core.staff.people import make_staff, sign_in
from tests.newsletter.factories import make_subscriber
from tests.newsletter.issues import mail_through, make_issue, send
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
SENT = {"subject": "Noticias de otoño", "preview": "Lo nuevo", "language": "es"}


@pytest.fixture(autouse=True)
def mail(settings, smtp_server):
    mail_through(settings, smtp_server.url)
    return smtp_server


@pytest.fixture
def editor() -> Client:
    client = Client()
    return sign_in(client, make_staff("newsletter editor"))


def test_an_issue_goes_to_who_reads_its_language_and_speaks_it_in_every_link(mail):
    ann, luz = make_subscriber(), make_subscriber(language="es")
    send(make_issue(**SENT))
    send(make_issue(subject="Autumn news"))
    got = {mail["To"]: mail for mail in mail.mails}
    assert got.keys() == {ann.email, luz.email}
    html = got[luz.email].get_body(("html",)).get_content()
    text = got[luz.email].get_body(("plain",)).get_content()
    assert '<html lang="es">' in html
    assert "Recibe este boletín porque" in html
    for said in (html, text):
        assert links.unsubscribe_path(luz.key, Issue.objects.get(language="es").pk) in said
        assert "/es/newsletter/unsubscribe/" in said
        assert "/es/newsletter/preferences/" in said
    assert "/es/newsletter/unsubscribe/" in got[luz.email]["List-Unsubscribe"]
    english = got[ann.email].get_body(("html",)).get_content()
    assert '<html lang="en">' in english
    assert "/es/" not in english


def test_who_is_counted_before_it_goes_is_who_gets_it(editor):
    make_subscriber(), make_subscriber(), make_subscriber(language="es")
    first = editor.get(f"/admin/newsletter/issue/{make_issue().pk}/send/").text
    assert "It goes to 3 subscribers" in first
    assert "They read English or Español." in first
    Issue.objects.all().delete()
    begun = make_issue(**SENT, status="cancelled", started_at=timezone.now())
    page = editor.get(f"/admin/newsletter/issue/{make_issue().pk}/send/").text
    assert "It goes to 2 subscribers" in page
    assert "They read English. One more reads Español and does not get it." in " ".join(
        page.split()
    )
    spanish = begun
    Issue.objects.filter(pk=begun.pk).update(status="draft", started_at=None)
    page = editor.get(f"/admin/newsletter/issue/{spanish.pk}/send/").text
    assert "It goes to one subscriber" in page
    assert spanish.audience().count() == 1
    asked = editor.post(f"/admin/newsletter/issue/{spanish.pk}/step/send-now/").text
    assert "Send “Noticias de otoño” to one subscriber now?" in asked


def test_before_the_first_issue_in_their_language_readers_get_the_english_one(mail):
    luz = make_subscriber(language="es")
    send(make_issue(subject="Autumn news"))
    assert [mail["To"] for mail in mail.mails] == [luz.email]
    send(make_issue(**SENT))
    send(make_issue(subject="Winter news"))
    assert [str(mail["Subject"]) for mail in mail.mails] == ["Autumn news", SENT["subject"]]


def test_staff_choose_the_language_and_articles_of_it_and_see_it_as_it_will_look(editor):
    article = translate(make_article(title="What naltrexone does"))
    page = editor.get("/admin/newsletter/issue/add/").text
    assert "Qué hace la naltrexona (Español)" in page
    form = next(form for form in read_forms(page) if form.id == "issue_form")
    data = form.filled(**SENT, slug="otono", body="<p>Hola.</p>")
    live = editor.post("/admin/newsletter/issue/live/", data).json()
    assert '<html lang="es">' in live["html"]
    editor.post("/admin/newsletter/issue/add/", data | {"articles-add": str(article.pk)})
    issue = Issue.objects.get()
    assert (issue.language, issue.articles) == ("es", [article.pk])
    assert "(Español)" not in rendering.render(issue).html


def test_checks_know_the_language():
    english = make_article(title="What naltrexone does")
    issue = make_issue(**SENT | {"subject": "Gratis para usted"}, articles=[english.pk])
    said = [problem.text for problem in checks.quick_checks(issue)]
    assert "The subject should not say “gratis”." in said
    assert "An article that was picked is in another language than this issue." in said
    issue = make_issue(subject="Clean gratis")
    assert [problem.text for problem in checks.quick_checks(issue)] == [
        "The subject should not say “clean”."
    ]
    linked = make_issue(**SENT, body='<p><a href="/es/contact/">Escriba</a></p>')
    assert checks.check_links(linked) == [], "pages of the other language are found from the admin"


def test_readers_choose_their_language_and_nobody_elses(client):
    reader, other = make_subscriber(), make_subscriber()
    path = links.preferences_path(reader.key)
    page = client.get(path).text
    assert "Which language would you like to read?" in page
    changed = client.post(path, {"do": "language", "language": "es"}, follow=True)
    assert "Your language is saved" in changed.text
    for row in (reader, other):
        row.refresh_from_db()
    assert (reader.language, other.language) == ("es", "en")
    wrong = client.post(path, {"do": "language", "language": "tlh"})
    assert wrong.status_code == 200
    assert "Error:" in wrong.text
    reader.refresh_from_db()
    assert reader.language == "es"
    spanish = make_issue(**SENT)
    assert spanish.audience().get() == reader
    send(spanish)
    assert make_issue().audience().get() == other


def test_past_issues_stand_where_their_readers_look(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        english = send(make_issue(subject="Autumn news"))
    home, feed = reverse("newsletter:home"), reverse("newsletter:feed")
    assert "Autumn news" in client.get(f"/es{home}").text, "until there is one in Spanish"
    assert 'xml:lang="es-US"' in client.get(f"/es{feed}").text
    with django_capture_on_commit_callbacks(execute=True):
        spanish = send(make_issue(**SENT))
    for path in (home, feed):
        there, here = client.get(f"/es{path}").text, client.get(path).text
        assert ("Autumn news" in there, "Noticias de otoño" in there) == (False, True)
        assert ("Autumn news" in here, "Noticias de otoño" in here) == (True, False)
    page = client.get(f"/es{spanish.get_absolute_url()}").text
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/es{spanish.get_absolute_url()}"' in (
        page
    )
    assert "Autumn news" not in page, "what came before is of the same language"
    assert "written in Spanish" in client.get(spanish.get_absolute_url()).text
    listed = client.get("/sitemap-issues.xml").text
    assert f"8000/es{spanish.get_absolute_url()}<" in listed
    assert f"8000{english.get_absolute_url()}<" in listed


def test_a_file_says_the_language_of_who_is_new(run_import):
    known = make_subscriber(email="known@example.org", language="es")
    run_import(
        "email,status,language\nluz@example.org,active,es-MX\nann@example.org,active,\n"
        "kim@example.org,active,ko\nknown@example.org,active,en\n"
    )
    languages = dict(Subscriber.objects.values_list("email", "language"))
    assert languages == {
        "luz@example.org": "es",
        "ann@example.org": "en",
        "kim@example.org": "en",
        known.email: "es",
    }
