"""The articles that come with the site."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from articles import languages
from articles.models import Article, Synonym, Topic
from articles.seed_library import LIBRARY, InvalidFile, load_library, read_file

FILE = """---
title: "Naloxone at home"
slug: naloxone-at-home
summary: "Why to keep two."
topic: safety
topics: [opioids, safety]
published: 2026-03-01
key_points: ["Keep two."]
faq:
  - question: "Does it hurt?"
    answer: "No [1]."
related: []
sources:
  - title: "Label"
    publisher: "FDA"
    year: 2023
    url: "https://example.org/label"
    accessed: 2026-01-02
---
Call 911 [1].

## What it is

| Form | Dose |
| --- | --- |
| Spray | 4 mg |

::: urgent
### Get help now
Call **911**.
:::
"""


SPANISH = (
    FILE.replace("Naloxone at home", "Naloxona en casa")
    .replace("slug: naloxone-at-home", "slug: naloxona-en-casa\ntranslation_of: naloxone-at-home")
    .replace("Why to keep two.", "Por qué tener dos.")
    .replace("## What it is", "## Qué es")
)


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "naloxone.md").write_text(FILE)
    return tmp_path


@pytest.mark.django_db
def test_a_file_becomes_a_reviewed_article(client, folder):
    load_library(folder)
    html = client.get("/articles/naloxone-at-home/").text
    assert "Naloxone at home" in html
    assert '<time datetime="2026-03-01">' in html
    assert '<div class="callout callout-urgent">' in html
    assert '<th scope="col">Dose</th>' in html
    assert 'href="#source-1"' in html
    assert "Medically reviewed by" in html
    assert [topic.slug for topic in Article.objects.get().topics.all()] == ["opioids"]


@pytest.fixture
def translated(folder) -> Path:
    (folder / "es").mkdir()
    (folder / "es" / "naloxona-en-casa.md").write_text(SPANISH)
    return folder


@pytest.mark.django_db
def test_a_file_in_the_folder_of_a_language_is_a_translation(translated):
    assert load_library(translated).new == 2
    spanish = Article.objects.in_language("es").get()
    assert (spanish.slug, spanish.translation_of.slug) == ("naloxona-en-casa", "naloxone-at-home")
    assert (spanish.status, spanish.online.title) == ("published", "Naloxona en casa")
    report = load_library(translated)
    assert (report.new, report.changed, report.same) == (0, 0, 2)


@pytest.mark.django_db
def test_a_translation_leads_to_the_translations_of_what_it_names(translated):
    other = FILE.replace("naloxone-at-home", "overdose").replace("Naloxone at home", "Overdose")
    (translated / "overdose.md").write_text(other)
    in_spanish = SPANISH.replace("naloxona-en-casa", "sobredosis").replace("at-home", "abroad")
    in_spanish = in_spanish.replace("naloxone-abroad", "overdose")
    in_spanish = in_spanish.replace("related: []", "related: [naloxone-at-home]")
    (translated / "es" / "sobredosis.md").write_text(in_spanish)
    load_library(translated)
    rows = Article.objects.get(slug="sobredosis").related_rows.filter(by_hand=True)
    assert [row.to.slug for row in rows] == ["naloxona-en-casa"]


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["translation_of: nothing-known", ""])
def test_a_translation_of_nothing_is_named_and_nothing_is_written(translated, given):
    broken = SPANISH.replace("translation_of: naloxone-at-home", given)
    (translated / "es" / "rota.md").write_text(broken)
    with pytest.raises(InvalidFile, match=r"rota\.md"):
        load_library(translated)
    assert not Article.objects.exists()


@pytest.mark.django_db
def test_loading_twice_changes_nothing(folder):
    assert load_library(folder).new == 1
    before = Article.objects.values().get()
    report = load_library(folder)
    assert (report.new, report.changed, report.same) == (0, 0, 1)
    assert Article.objects.values().get() == before
    assert Article.objects.get().revisions.count() == 1


@pytest.mark.django_db
def test_a_correction_in_the_file_becomes_a_revision(client, folder, commits):
    load_library(folder)
    assert "4 mg" in client.get("/articles/naloxone-at-home/").text
    path = folder / "naloxone.md"
    path.write_text(FILE.replace("4 mg", "8 mg"))
    with commits():
        assert load_library(folder).changed == 1
    assert Article.objects.get().revisions.count() == 2
    html = client.get("/articles/naloxone-at-home/").text
    assert "8 mg" in html
    assert '<time datetime="2026-03-01">' in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    [
        FILE.replace("title:", "titel:"),
        FILE.replace("---\n", "", 1),
        FILE.replace("2026-03-01", "soon"),
        "",
        FILE.replace("key_points: [", "key_points: [["),
    ],
)
def test_a_broken_file_is_named_and_nothing_is_written(folder, broken):
    (folder / "broken.md").write_text(broken)
    with pytest.raises(InvalidFile, match=r"broken\.md"):
        load_library(folder)
    with pytest.raises(CommandError, match=r"broken\.md"):
        call_command("load_library", folder)
    assert not Article.objects.exists()


FILES = [(path, "en") for path in sorted(LIBRARY.glob("*.md"))] + [
    (path, code)
    for code in languages.others(languages.ORIGINAL)
    for path in sorted((LIBRARY / code).glob("*.md"))
]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "language"), FILES, ids=lambda given: Path(given).stem)
def test_every_file_of_the_library_is_whole(path, language):
    entry = read_file(path, language)
    text = path.read_text()
    assert entry.slug == path.stem
    assert 700 <= len(entry.content.words()) <= 2200
    assert len(entry.content.sources) >= 3
    assert all(source.url.startswith("https://") for source in entry.content.sources)
    assert re.search(r"\b911\b", text)
    cited = {int(n) for group in re.findall(r"\[([\d, ]+)\]", text) for n in group.split(",")}
    assert cited <= set(range(1, len(entry.content.sources) + 1))
    others = {other.stem for other, written in FILES if written == language}
    # What is not translated is shown in its own language on this side, too.
    assert set(entry.related) <= others | {other.stem for other, _ in FILES}
    side = "" if language == languages.ORIGINAL else f"/{language}"
    plain = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)  # a figure has one address for all
    linked = set(re.findall(rf"\]\({side}/articles/([a-z0-9-]+)/", plain))
    assert linked <= others | untranslated(language)
    assert not (side and re.search(r"\]\(/articles/", plain))


def untranslated(language: str) -> set[str]:
    """Articles of the library that are on the side of this language, though not yet in it."""
    if language == languages.ORIGINAL:
        return set()
    files = {path: code for path, code in FILES if code in (language, languages.ORIGINAL)}
    done = {read_file(path, code).translation_of for path, code in files.items()}
    return {path.stem for path, code in files.items() if code == languages.ORIGINAL} - done


@pytest.mark.django_db
def test_the_whole_library_loads_with_its_topics_and_synonyms(client):
    report = load_library()
    assert report.new == len(FILES) >= 14
    assert Topic.objects.count() >= 6
    assert Synonym.objects.filter(name="Suboxone", means="buprenorphine/naloxone").exists()
    assert client.get("/").text.count('class="post-card"') == 6


@pytest.mark.django_db
def test_a_clinic_gets_drafts_and_nothing_of_what_staff_wrote_is_touched(settings, folder):
    """DEBUG is off where people live: nobody invented has reviewed anything there."""
    settings.DEBUG = False
    call_command("load_library", folder)
    article = Article.objects.get()
    assert (article.status, article.reviewer, article.published_at) == ("draft", None, None)
    assert article.author.name == "Curednation"
    Article.objects.update(title="As staff wrote it")
    (folder / "naloxone.md").write_text(FILE.replace("Naloxone at home", "Another title"))
    call_command("load_library", folder)
    assert Article.objects.get().title == "As staff wrote it"
