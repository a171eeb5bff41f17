"""The catalogs: whole, true to their sources, and compiled."""

import re
import shutil
from collections import Counter
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import call_command

from devstack.management.commands.makemessages import STAFF, without_labels

OTHERS = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w*\}|</?[a-z]+[^>]*>")
NO_SOURCES = (".*", "var", "staticfiles", "node_modules", "__pycache__", "tests", "static", "docs")


def catalog(language: str) -> Path:
    return Path(settings.BASE_DIR) / "locale" / language / "LC_MESSAGES" / "django.po"


def entries(language: str) -> list[polib.POEntry]:
    return list(polib.pofile(str(catalog(language))))


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("language", [settings.LANGUAGE_CODE, *OTHERS])
def test_what_the_site_reads_is_compiled_from_what_was_written(language):
    source = catalog(language)
    assert source.with_suffix(".mo").read_bytes() == polib.pofile(str(source)).to_binary(), (
        "run `make messages`"
    )


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_guessed(language):
    assert [entry.msgid for entry in entries(language) if entry.fuzzy or entry.obsolete] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_string_that_a_visitor_may_read_is_translated(language):
    missing = [entry.msgid for entry in entries(language) if not all(said(entry))]
    assert missing == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_placeholders_and_tags_of_its_string(language):
    wrong = []
    for entry in entries(language):
        forms = [entry.msgid, entry.msgid_plural or entry.msgid]
        wanted = [Counter(PLACEHOLDER.findall(form)) for form in forms]
        wrong += [
            (entry.msgid, words)
            for words in said(entry)
            if words and Counter(PLACEHOLDER.findall(words)) not in wanted
        ]
    assert wrong == []


def test_the_catalogs_hold_what_the_sources_say(tmp_path, monkeypatch):
    """Whoever adds a string runs `make messages`. In a copy: gettext writes beside its sources."""
    tree = shutil.copytree(
        settings.BASE_DIR, tmp_path / "site", ignore=shutil.ignore_patterns(*NO_SOURCES)
    )
    monkeypatch.chdir(tree)
    call_command("makemessages", verbosity=0)
    for language in OTHERS:
        found = tree / "locale" / language / "LC_MESSAGES" / "django.po"
        assert found.read_text() == catalog(language).read_text(), "run `make messages`"


def test_words_of_a_form_are_collected_under_each_name_that_forms_give_gettext():
    """Beside `_`, by which labels wait for a language, what is said at once goes by `_now`."""
    msgids = {entry.msgid for entry in entries(OTHERS[0])}
    assert "Where in %(state)s will you be?" in msgids


def test_no_tag_of_a_public_page_is_kept_from_translators_by_its_name():
    tags = Path(settings.BASE_DIR).glob("*/templatetags/*.py")
    paths = [path.relative_to(settings.BASE_DIR) for path in tags if path.parts[-3] != "core"]
    kept = [path for path in paths if any(path.match(pattern) for pattern in STAFF)]
    assert paths
    assert kept == []


def test_what_only_staff_read_is_not_asked_of_translators():
    source = """
class Visit(models.Model):
    class Kind(models.TextChoices):
        VIDEO = "video", _("Video")
    kind = models.CharField(_("kind"), choices=Kind, help_text=_("How it takes place."))
    class Meta:
        verbose_name = _("visit")
"""
    kept = without_labels(source)
    assert "Video" in kept
    assert not re.search(r"_\('(kind|How|visit)", kept)
