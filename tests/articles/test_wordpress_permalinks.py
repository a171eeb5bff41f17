"""Old addresses of a WordPress site lead on, each to its own article."""

import pytest
from django.core.management import call_command

from articles.models import Article, Redirect
from tests.articles.factories import make_contributor
from tests.articles.wordpress_export import HEAD, meta, post, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reviewer():
    make_contributor("Dana Doc", slug="dana")


def blog(folder: str) -> str:
    return HEAD.replace("_url>https://old.example.org<", f"_url>https://old.example.org{folder}<")


def move_in(path) -> None:
    call_command("import_wordpress", str(path), reviewer="dana", verbosity=0)


def leads(client, address: str) -> str:
    response = client.get(address)
    return response["Location"] if response.status_code == 301 else str(response.status_code)


def test_two_blogs_of_one_host_are_two(client, tmp_path):
    for folder, slug in (("/blog", "first"), ("/news", "second")):
        link = f"https://old.example.org{folder}/{slug}/"
        move_in(write(tmp_path, post(12, link=link, slug=slug, title=slug), head=blog(folder)))
        move_in(tmp_path / "export.xml")
    assert set(Article.objects.values_list("title", flat=True)) == {"first", "second"}
    for address, slug in {
        "/blog/first/": "first",
        "/blog/?p=12": "first",
        "/news/second/": "second",
        "/news/?p=12": "second",
        "/news/index.php?p=12": "second",
        "/news?p=12": "second",
    }.items():
        assert leads(client, address) == f"/articles/{slug}/"
    assert leads(client, "/?p=12") == "200"  # of a third blog, which never came


@pytest.mark.parametrize("folder", ["/weblog", "", "/articles"])
def test_plain_permalinks_lead_each_to_its_own_article(client, tmp_path, folder):
    links = {key: f"https://old.example.org{folder}/?p={key}" for key in (702, 703)}
    items = [post(key, link=link, slug=f"post-{key}") for key, link in links.items()]
    move_in(write(tmp_path, *items, head=blog(folder)))
    for key in links:
        for address in (f"{folder}/?p={key}", f"{folder}/?utm=x&p={key}"):
            assert leads(client, address) == f"/articles/post-{key}/"
    assert not Redirect.objects.filter(path__in=[folder, f"{folder}/", "/"]).exists()
    assert leads(client, f"{folder}/?p=999") in ("200", "404")
    assert leads(client, f"{folder}/") in ("200", "404")


def test_a_link_whose_meaning_is_in_its_query_leads_only_with_it(client, tmp_path):
    link = "https://old.example.org/read.php?story=7&lang=es"
    move_in(write(tmp_path, post(1, link=link)))
    assert leads(client, "/read.php?story=7&lang=es") == "/articles/post-1/"
    assert leads(client, "/read.php") == "404"
    assert leads(client, "/read.php?story=8&lang=es") == "404"


def test_every_earlier_name_of_a_post_leads_on_with_and_without_a_slash(client, tmp_path):
    slugs = ["a-first-name", "%e3%81%82%e3%81%84", "zweiter-name"]
    olds = "".join(meta("_wp_old_slug", slug) for slug in slugs)
    move_in(
        write(
            tmp_path,
            post(1, more=olds),
            post(
                2, link="https://old.example.org/2019/05/post-2", more=meta("_wp_old_slug", "two")
            ),
            post(
                3,
                link="https://old.example.org/2019/05/%D1%82%D0%B5%D1%81%D1%82.html",
                slug="%d1%82%d0%b5%d1%81%d1%82",
                more=meta("_wp_old_slug", "%d0%b4%d0%b0"),
            ),
        )
    )
    expected = {f"/2019/05/{slug}": "post-1" for slug in [*slugs, "post-1"]}
    expected |= {"/2019/05/two": "post-2", "/2019/05/post-2": "post-2"}
    for address, slug in expected.items():
        for asked in (address, f"{address}/"):
            assert leads(client, asked) == f"/articles/{slug}/", asked
    third = Article.objects.latest("pk").get_absolute_url()
    assert leads(client, "/2019/05/%D1%82%D0%B5%D1%81%D1%82.html") == third
    assert leads(client, "/2019/05/%D0%B4%D0%B0.html") == third
