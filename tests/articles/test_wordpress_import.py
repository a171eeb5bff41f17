"""Moving in from WordPress, by the command that staff run."""

import tracemalloc
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from articles.comments import submission
from articles.models import (
    Article,
    Comment,
    Contributor,
    ImageAsset,
    Origin,
    Redirect,
    Status,
    Topic,
)
from articles.wordpress import text, wxr, wxr_file
from tests.articles.factories import make_article, make_contributor
from tests.articles.wordpress_export import HEAD, TEXT, comment, meta, picture, post, write

pytestmark = pytest.mark.django_db
TABLES = (Article, Comment, Contributor, ImageAsset, Origin, Redirect, Topic)


def move_in(path, **options) -> str:
    out = StringIO()
    call_command("import_wordpress", str(path), stdout=out, **options)
    return out.getvalue()


def rows() -> dict:
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}


@pytest.fixture
def reviewer() -> Contributor:
    return make_contributor("Dana Doc", slug="dana")


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    uploads = tmp_path / "uploads"
    (uploads / "2019/05").mkdir(parents=True)
    Image.new("RGB", (60, 40), "teal").save(uploads / "2019/05/table.png")
    return uploads


def test_a_post_arrives_with_author_topic_source_date_and_old_addresses(client, tmp_path, reviewer):
    said = move_in(write(tmp_path, post(12, title="Naltrexone & you")), reviewer="dana")
    article = Article.objects.get()
    assert (article.title, article.slug) == ("Naltrexone & you", "post-12")
    assert article.author.name == "Ruth Pell"
    assert (article.topic.name, article.topic.introduction) == ("Medicines", "What they do.")
    assert (article.status, article.reviewer) == (Status.PUBLISHED, reviewer)
    assert article.published_at.isoformat() == "2019-05-01T09:00:00+00:00"
    assert article.next_review_shown is None
    assert [source.url for source in article.sources.all()] == ["https://www.fda.gov/label"]
    html = client.get("/articles/post-12/").text
    assert "<p>Second part &amp; more.</p>" in html
    for old in ("/2019/05/post-12/", "/2019/05/post-12", "/?p=12"):
        response = client.get(old)
        assert (response.status_code, response["Location"]) == (301, "/articles/post-12/")
    assert "1 articles" in said
    assert "1 online" in said


def test_without_a_reviewer_or_a_source_a_post_waits_as_a_draft(client, tmp_path, reviewer):
    path = write(tmp_path, post(1), post(2, content="No link."), post(3, status="draft"))
    assert "needs at least one source" in move_in(path, reviewer="dana")
    states = dict(Article.objects.values_list("slug", "status"))
    assert states == {"post-1": "published", "post-2": "draft", "post-3": "draft"}
    assert client.get("/2019/05/post-2/").status_code == 404


def test_without_a_reviewer_nothing_goes_online(tmp_path):
    assert "drafts, to be reviewed" in move_in(write(tmp_path, post(1)))
    assert Article.objects.get().status == Status.DRAFT


def test_running_it_twice_changes_nothing_even_after_a_rename(tmp_path, reviewer, media):
    comments = comment(1, "Thanks.") + comment(2, "Same.", parent=1)
    shows = '<img src="https://old.example.org/wp-content/uploads/2019/05/table.png" alt="A table">'
    path = write(tmp_path, post(1, more=comments, content=TEXT + shows), post(2), post(3, title=""))
    move_in(path, reviewer="dana", uploads=media)
    Article.objects.filter(slug="post-2").update(slug="another-name")
    before = rows()
    assert "3 here already" in move_in(path, reviewer="dana", uploads=media)
    assert rows() == before


def test_a_dry_run_reports_and_writes_nothing(tmp_path, reviewer, media):
    shows = '<img src="/wp-content/uploads/2019/05/table.png" alt="A table">'
    path = write(tmp_path, post(1, content=TEXT + shows, more=comment(1, "Thanks.")))
    before = rows()
    said = move_in(path, dry_run=True, reviewer="dana", uploads=media)
    assert rows() == before
    assert not (media.parent / "media").exists()
    for words in ("This would come:", "1 articles", "1 comments", "1 pictures", "Nothing was"):
        assert words in said


def test_approved_comments_come_on_one_level_without_addresses_and_others_stay(
    client, tmp_path, reviewer, commits
):
    comments = "".join(
        [
            comment(5, "An answer<br>to <b>that</b>", parent=4),
            comment(4, "First &amp; best"),
            comment(6, "Deeper", parent=5, author="Ruth Pell", user_id="7"),
            comment(7, "Buy", approved="0"),
            comment(8, "Spam", approved="spam"),
            comment(9, "ping", type="pingback"),
            comment(10, " "),
        ]
    )
    move_in(write(tmp_path, post(1, more=comments)), reviewer="dana")
    first, answer, deeper = Comment.objects.order_by("pk")
    assert (first.text, answer.text, deeper.text) == (
        "First & best",
        "An answer\nto that",
        "Deeper",
    )
    assert {answer.parent, deeper.parent} == {first}
    assert deeper.contributor == Article.objects.get().author
    assert not Comment.objects.exclude(email="").exists()
    assert "First &amp; best" in client.get("/articles/post-1/").text


def test_a_comment_that_was_withdrawn_here_does_not_come_again(tmp_path):
    path = write(tmp_path, post(1, more=comment(4, "Mine.")))
    move_in(path)
    submission.withdraw(Comment.objects.get())
    Comment.objects.all().delete()
    move_in(path)
    assert not Comment.objects.exists()


def test_pictures_on_disk_come_once_and_others_are_told(tmp_path, media):
    uploads = "https://old.example.org/wp-content/uploads"
    shown = (
        f'<p><a href="{uploads}/2019/05/table.png"><img src="{uploads}/2019/05/table-300x200.png"'
        f' alt="A table"></a></p><p><img src="{uploads}/2019/05/gone.png" alt="Gone"></p>'
        f'<p>Text <img src="{uploads}/../secret.png" alt="x"></p>'
        f'<p><img src="https://cdn.example/x.png" alt="x"></p>'
        f'[caption id="a" align="left"]<img src="{uploads}/2019/05/table.png"> Below it[/caption]'
    )
    Image.new("RGB", (60, 40), "red").save(media.parent / "secret.png")
    path = write(
        tmp_path,
        post(1, content=shown, more=meta("_thumbnail_id", "90")),
        picture(90, "2019/05/table.png"),
    )
    said = move_in(path, uploads=media)
    article, asset = Article.objects.get(), ImageAsset.objects.get()
    assert article.body.count(f'<img src="{asset.file.url}"') == 2
    assert "old.example.org" not in article.body
    assert "<figcaption>Below it</figcaption>" in article.body
    assert (article.cover, asset.alt) == (asset, "A table")
    for told in ("2019/05/gone.png", "../secret.png", "cdn.example/x.png"):
        assert told in said


def test_a_broken_entry_is_listed_and_the_rest_arrives(tmp_path):
    items = [
        post(1),
        post(2).replace("</wp:post_name>", "</wp:oops>"),
        post(3).replace("</title>", " & ]]> unescaped </title>"),
        post(4, content=""),
        post(5, title="Unclosed").replace("</item>", ""),
        post(6).replace("<wp:post_id>6</wp:post_id>", ""),
        post(7, content="<p>" + "a" * 500_000),
        post(8, content="a \x0b control \x00 character"),
        post(9, content="about <item> and </item>: <![CDATA[ in a post ]]]]><![CDATA[>"),
        post(10),
    ]
    said = move_in(write(tmp_path, *items))
    arrived = set(Article.objects.values_list("slug", flat=True))
    assert {"post-1", "post-8", "post-9", "post-10"} <= arrived
    broken = said.partition("Broken, and left out:")[2]
    for name in ("Post 2", "Post 3", "Post 4", "Unclosed", "Post 6", "Post 7"):
        assert name in broken
    assert len(arrived) == 4
    assert "The text is empty" in broken
    assert "This text is too long" in broken


def test_an_export_that_is_cut_off_brings_what_is_whole(tmp_path):
    path = write(tmp_path, post(1), post(2))
    whole = path.read_text()
    path.write_text(whole[: whole.index("<wp:post_id>2")])
    assert "Post 2" in move_in(path)
    assert Article.objects.get().slug == "post-1"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "no export of WordPress"),
        ("<html><p>Not this</p>", "no export of WordPress"),
        ('{"posts": []}', "no export of WordPress"),
        (HEAD.replace("<rss", '<!DOCTYPE rss [<!ENTITY a "b">]><rss'), "DOCTYPE"),
        (HEAD.replace("</title>", ""), "head cannot be read"),
    ],
)
def test_what_is_no_export_is_refused_with_a_sentence(tmp_path, content, sentence):
    path = tmp_path / "x.xml"
    path.write_text(content)
    with pytest.raises(CommandError, match=sentence):
        move_in(path)


def test_entities_of_its_own_are_never_expanded(tmp_path):
    item = post(1).replace("Post 1", "&xxe;")
    assert "Broken" in move_in(write(tmp_path, item))
    assert not Article.objects.exists()


def test_wrong_words_on_the_command_line_are_said(tmp_path):
    path = write(tmp_path, post(1))
    with pytest.raises(CommandError, match="no folder"):
        move_in(path, uploads=tmp_path / "none")
    with pytest.raises(CommandError, match="credentials"):
        move_in(path, reviewer="nobody")
    with pytest.raises(CommandError, match="No such file"):
        move_in(tmp_path / "none.xml")


def test_addresses_that_are_taken_get_a_number_and_are_told(tmp_path):
    make_article(slug="post-1")
    said = move_in(write(tmp_path, post(1), post(2, slug="feed"), post(3, slug="%C3%BCber")))
    assert "“post-1” is taken, it is now “post-1-2”" in said
    slugs = set(Article.objects.values_list("slug", flat=True))
    assert slugs == {"post-1", "post-1-2", "feed-2", "uber"}


def test_pages_and_what_is_in_the_bin_are_counted_and_stay(tmp_path):
    said = move_in(write(tmp_path, post(1, kind="page"), post(2, status="trash"), post(3)))
    assert Article.objects.get().slug == "post-3"
    assert "1 left out: page" in said


def test_links_within_the_old_site_lead_on_here(client, tmp_path, reviewer):
    link = '<a href="https://www.old.example.org/2019/05/post-2/?x=1&amp;y=2">there</a>'
    move_in(write(tmp_path, post(1, content=TEXT + link), post(2)), reviewer="dana")
    assert 'href="/2019/05/post-2/?x=1&amp;y=2"' in client.get("/articles/post-1/").text
    assert Article.objects.get(slug="post-1").sources.count() == 1
    assert client.get("/2019/05/post-2/?x=1")["Location"] == "/articles/post-2/"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("One\nline\n\nTwo", "<p>One<br>\nline</p>\n<p>Two</p>"),
        ("<!-- wp:paragraph --><p>One</p><!-- /wp:paragraph -->", "<p>One</p>"),
        ("<h1>Big</h1>\n\n<h6>Small</h6>", "<h2>Big</h2>\n<h4>Small</h4>"),
        ("As [1] says [sic]. [gallery ids=1]", "<p>As [1] says [sic].</p>"),
        ("[row a=1][col]Kept[/col][/row]", "<p>Kept</p>"),
        ('<p onclick="x">A<script>x</script><iframe src="//y"></iframe></p>', "<p>A</p>"),
    ],
)
def test_the_html_of_wordpress_becomes_ours(content, expected):
    assert (
        text.convert_body(content, site="old.example.org", find=lambda src, alt: None) == expected
    )


def test_a_large_export_is_read_in_flat_memory(tmp_path):
    path = tmp_path / "large.xml"
    with path.open("w") as file:
        file.write(HEAD)
        for number in range(2000):
            file.write(post(number, content="word " * 2000))
        file.write("</channel></rss>")
    tracemalloc.start()
    count = sum(1 for _ in wxr.Export(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 2000
    assert path.stat().st_size > 20_000_000
    assert peak < 14_000_000


def test_entries_are_found_wherever_the_reading_stops(tmp_path, monkeypatch):
    path = write(tmp_path, *(post(number) for number in range(12)))
    for chunk in (211, 997, len(path.read_text()), len(path.read_text()) // 2):
        monkeypatch.setattr(wxr_file, "CHUNK", chunk)
        keys = [entry.key for entry in wxr.Export(path)]
        assert keys == [str(number) for number in range(12)]


def test_what_is_cut_or_left_behind_of_a_strange_post_is_told(tmp_path, media):
    uploads = "https://old.example.org/wp-content/uploads"
    many = "".join(f'<a href="https://other{n}.example/">{n}</a> ' for n in range(70))
    content = (
        f'<p>{many}</p><p><img src="{uploads}/2019/05/table.png"></p>[caption]No picture[/caption]'
        "<video><source><source src='https://old.example.org/a.mp4'></video>"
        "<source src='https://old.example.org/a.mp4'><!-- wp:acme/map /--><!-- wp:spacer /-->"
        "<p>The end</p><!-- never closed"
    )
    more = comment(4, "x" * 9000) + comment(5, "What \ufffd?") + comment(6, "Reply", parent=77)
    said = move_in(
        write(tmp_path, post(1, title="T" * 130, content=content, excerpt="e " * 200, more=more)),
        uploads=media,
    )
    article = Article.objects.get()
    assert len(article.title) == 120
    for told in (
        "its title was cut to 120 characters",
        "its excerpt was cut to 300 characters",
        "links to other sites",
        "picture without a description, please write one: 2019/05/table.png",
        "all after a comment that is not closed",
        "the block acme/map",
        "the end of comment 4 was cut off",
        "comment 5 has letters that could not be read",
        "comment 6 answers one that is not here",
    ):
        assert told in said, told
    assert said.count("a.mp4") == 1
    assert "No picture" in article.body
    assert sorted(map(len, Comment.objects.values_list("text", flat=True)))[-1] < 9000


def test_old_addresses_lead_to_one_article_alone(tmp_path):
    link = "https://old.example.org/same/"
    long = f"https://old.example.org/{'x' * 600}/"
    path = write(tmp_path, post(1, link=link), post(2, link=link), post(3, link=long))
    said = move_in(path)
    assert "/same/ leads to another article already" in said
    assert "is too long to lead here" in said


def test_a_post_without_any_free_address_is_listed_as_broken(tmp_path):
    make_article(slug="post-1")
    for number in range(2, 30):
        make_article(slug=f"post-1-{number}")
    said = move_in(write(tmp_path, post(1), post(2)))
    assert "no address like “post-1” is free" in said
    assert Article.objects.filter(slug="post-2").exists()
