"""The file of an export as it comes: its encoding, its dates, and what is left out of it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article, Comment
from tests.articles.factories import make_contributor
from tests.articles.wordpress_export import HEAD, TEXT, comment, meta, picture, post, write

pytestmark = pytest.mark.django_db
LETTERS = TEXT + "\n\n“Café” 5 µg – naïve"


@pytest.fixture(autouse=True)
def _reviewer():
    make_contributor("Dana Doc", slug="dana")


def move_in(path, **options) -> str:
    out = StringIO()
    call_command("import_wordpress", str(path), stdout=out, reviewer="dana", **options)
    return out.getvalue()


def written_in(
    folder, encoding: str, *, declared: str = "UTF-8", mark: bytes = b"", content=LETTERS
):
    path = write(folder, post(1, content=content))
    text = path.read_text().replace('encoding="UTF-8"', f'encoding="{declared}"')
    path.write_bytes(mark + text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "declared", "mark"),
    [
        ("utf-8", "UTF-8", b""),
        ("utf-8", "UTF-8", b"\xef\xbb\xbf"),
        ("cp1252", "windows-1252", b""),
        ("cp1252", "ISO-8859-1", b""),  # what it says, and what it means
        ("utf-16", "UTF-16", b""),
        ("utf-16-le", "UTF-16", b""),
        ("utf-16-be", "UTF-16", b"\xfe\xff"),
        ("utf-8", "UTF-16", b""),  # was written anew by an editor
    ],
)
def test_an_export_is_read_in_its_own_encoding(tmp_path, encoding, declared, mark):
    said = move_in(written_in(tmp_path, encoding, declared=declared, mark=mark))
    article = Article.objects.get()
    assert "<p>“Café” 5 µg – naïve</p>" in article.body
    assert article.status == "published"
    assert "could not be read" not in said


def test_letters_that_cannot_be_read_are_counted_and_keep_a_post_a_draft(tmp_path):
    said = move_in(written_in(tmp_path, "cp1252"))
    assert "stays a draft: 5 letters could not be read" in said
    assert Article.objects.get().status == "draft"


def test_letters_that_were_lost_before_are_counted_too(tmp_path):
    said = move_in(write(tmp_path, post(1, content=f"{TEXT} 5 \ufffdg &#xD83D;")))
    assert "2 letters could not be read" in said
    assert Article.objects.get().status == "draft"


def test_quotes_of_windows_among_controls_are_read(tmp_path):
    move_in(write(tmp_path, post(1, content=f"{TEXT} \x93so\x94&#8;&#x1F; it\x92s")))
    assert "“so” it’s" in Article.objects.get().body


def test_an_unknown_encoding_is_refused_with_a_sentence(tmp_path):
    for name in ("klingon", "hex"):
        with pytest.raises(CommandError, match=f"“{name}”, which is not known"):
            move_in(written_in(tmp_path, "utf-8", declared=name))


def test_an_export_without_entries_is_refused_with_a_true_sentence(tmp_path):
    with pytest.raises(CommandError, match="holds no entries"):
        move_in(write(tmp_path))
    said = move_in(write(tmp_path, post(1, kind="page")))
    assert "There is no post" in said or "1 left out: page" in said


@pytest.mark.parametrize(
    ("date", "more", "day"),
    [
        ("0000-00-00 00:00:00", "<pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate>", None),
        ("0000-00-00 00:00:00", "<wp:post_date>2018-03-04 10:00:00</wp:post_date>", "2018-03-04"),
        ("0000-00-00 00:00:00", "<pubDate>Sun, 04 Mar 2018 10:00:00 +0000</pubDate>", "2018-03-04"),
        ("0001-01-01 00:00:00", "", None),
        ("2018-03-04 10:00:00", "", "2018-03-04"),
    ],
)
def test_a_date_that_is_none_is_told_and_never_made_up(tmp_path, date, more, day):
    said = move_in(write(tmp_path, post(1, date=date, more=more)))
    published = Article.objects.get().published_at
    assert ("has no date" in said) == (day is None)
    if day:
        assert f"{published:%Y-%m-%d}" == day
    else:
        assert published >= Article.objects.get().created_at.replace(hour=0, minute=0, second=0)


def test_answers_come_after_what_they_answer_whatever_their_numbers(tmp_path):
    comments = (
        comment(3, "Third", parent=9)
        + comment(5, "Deep", parent=3)
        + comment(9, "First")
        + comment(11, "Around", parent=12)
        + comment(12, "And around", parent=11)
        + comment(20, "Alone", parent=404)
    )
    said = move_in(write(tmp_path, post(1, more=comments)))
    above = {c.text: c.parent and c.parent.text for c in Comment.objects.select_related("parent")}
    assert above == {
        "First": None,
        "Third": "First",
        "Deep": "First",
        "And around": None,
        "Around": "And around",
        "Alone": None,
    }
    assert "comment 20 answers one that is not here" in said


def test_the_report_names_everything_that_is_left_out(tmp_path):
    content = f"""{TEXT}
[contact-form-7 id="12"] [audio mp3="https://old.example.org/a.mp3"][/audio]

[toc]

<a href="https://old.example.org/wp-content/uploads/2019/05/leaflet.pdf">The leaflet</a>
<iframe src="https://video.example/1"></iframe><video controls src="/film.mp4">old</video>
<form action="/order"><input name="x"></form><script>x()</script>
<div style="background-image:url('/behind.jpg')">In front</div>
[gallery ids="90,404"]"""
    blocks = f"<!-- wp:paragraph --><p>{TEXT}</p><!-- /wp:paragraph --><!-- wp:latest-posts /-->"
    terms = '<category domain="post_tag" nicename="dose">Dose</category>'
    comments = comment(1, "No", approved="0") + comment(2, "Ping", type="pingback")
    said = move_in(
        write(
            tmp_path,
            post(1, content=content, more=meta("subtitle", "x") + terms + comments),
            post(2, content=blocks, excerpt="long " * 80),
            post(3, kind="page", title="About us"),
            post(4, status="trash", title="Thrown away"),
            post(5, kind="nav_menu_item", title="Menu"),
            picture(90, "2019/05/one.png"),
            picture(91, "2019/05/never-shown.png"),
            head=HEAD.replace("<wp:category>", "<wp:category><wp:category_nicename>empty"
                              "</wp:category_nicename></wp:category><wp:category>"),
        )
    )  # fmt: skip
    for named in (
        '[contact-form-7 id="12"]',
        "[audio mp3=",
        "“[toc]” stands in the text",
        "“The leaflet” to the file /wp-content/uploads/2019/05/leaflet.pdf",
        "a frame with another page, https://video.example/1",
        "a film, /film.mp4",
        "a form, /order",
        "a program",
        "a picture behind the text, /behind.jpg",
        "1 pictures of a gallery that are not in the export: 90 404",
        "picture not on disk: 2019/05/one.png",
        "the block latest-posts",
        "its excerpt was cut",
        "page 3 “About us”",
        "post 4 “Thrown away”, in the state “trash”",
        "nav_menu_item 5 “Menu”",
        "comments, not approved: 1",
        "comments, pingback: 1",
        "tags of posts: “Dose”",
        "custom fields of posts: “subtitle”",
        "topics without a post: “empty”",
        "2019/05/never-shown.png",
    ):
        assert named in said, named
    assert "never-shown" not in said.partition("Left out:")[0]
