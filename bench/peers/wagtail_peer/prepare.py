"""Fills the database with articles from a JSON file; prints the address of one, and its queries."""

import json
import os
import re
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "wagtail_peer.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402
from wagtail.rich_text import RichText  # noqa: E402

from wagtail_peer import models as peer  # noqa: E402


def blocks(body):
    """The text as an editor would lay it out: a block for each heading, call-out and table."""
    parts = re.split(
        r"(<h2>.*?</h2>|<blockquote.*?</blockquote>|<table>.*?</table>)", body, flags=re.S
    )
    for part in filter(str.strip, parts):
        if part.startswith("<h2>"):
            yield "heading", re.sub(r"<[^>]+>", "", part)
        elif part.startswith("<blockquote"):
            yield "callout", RichText(part)
        elif part.startswith("<table"):
            yield "table", part
        else:
            yield "text", RichText(part)


def main():
    call_command("makemigrations", "wagtail_peer", verbosity=0)
    call_command("migrate", verbosity=0)
    Page.objects.filter(depth=2).delete()
    home = Page.objects.get(depth=1).add_child(instance=Page(title="Home", slug="home"))
    Site.objects.create(hostname="127.0.0.1", root_page=home, is_default_site=True)
    for name in ("about", "contact", "privacy"):
        home.add_child(instance=Page(title=name, slug=name, show_in_menus=True))
    articles = home.add_child(instance=peer.ArticleList(title="Articles", slug="articles"))
    author, reviewer = (peer.Person.objects.create(name=name) for name in ("Ruth", "Marcus"))
    topic, more = (peer.Topic.objects.create(name=name) for name in ("Medicines", "First steps"))
    peer.Voice.objects.bulk_create(
        peer.Voice(words="It helped.", name=f"Voice {n}") for n in range(3)
    )
    peer.Practice.for_site(Site.objects.get(is_default_site=True)).save()
    for values in json.loads(Path(sys.argv[1]).read_text()):
        page = peer.ArticlePage(
            **{name: values[name] for name in ("title", "slug", "summary", "key_points")},
            author=author, reviewer=reviewer, topic=topic, body=list(blocks(values["body"])),
        )  # fmt: skip
        page.topics = [more]
        page.sources = [peer.Source(**source) for source in values["sources"]]
        page.questions = [peer.Question(**question) for question in values["faq"]]
        articles.add_child(instance=page)
        page.save_revision().publish()
    path = f"/articles/{values['slug']}/"
    client = Client(SERVER_NAME="127.0.0.1")
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200, response.status_code
    length = len(response.content)
    print(json.dumps({"path": path, "queries": len(queries), "length": length}))


main()
