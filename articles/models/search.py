"""What search stands on: an index that the database keeps, words to spell by, and synonyms."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles import languages
from articles.search.query import MARKS, SIGNS, SPANISH_ENDING


def _folded(field: str) -> str:
    """As `query.fold` treats what is searched for: no accents or signs, digits by themselves."""
    sql = f"regexp_replace(normalize({field}, NFD), '[{MARKS}]', '', 'g')"
    sql = f"regexp_replace(normalize({sql}, NFC), '[{SIGNS}]+', ' ', 'g')"
    sql = f"regexp_replace({sql}, '([0-9])([^0-9 ])', '\\1 \\2', 'g')"
    return f"regexp_replace({sql}, '([^0-9 ])([0-9])', '\\1 \\2', 'g')"


def _stemmed(name: str) -> str:
    """As `query.restore_endings` treats what is searched for in Spanish."""
    restored = rf"regexp_replace({name}, '{SPANISH_ENDING}', '\1ión', 'gi')"
    return f"to_tsvector(stemmer, CASE NEW.language WHEN 'es' THEN {restored} ELSE {name} END)"


def _stemmers() -> str:
    """The PostgreSQL configuration by the article's language; whole words for any other."""
    known = " ".join(f"WHEN '{code}' THEN '{name}'" for code, name in languages.STEMMED.items())
    return f"CASE NEW.language {known} ELSE 'simple' END"


# Stemmed words to find, and whole words besides, so that a prefix finds them while someone types.
# A text beyond 200,000 characters would burst the index; its first part is enough to find it.
INDEX_WHAT_IS_ONLINE = pgtrigger.Trigger(
    name="index_what_is_online",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("online_id", "language"),
    declare=[
        ("shown", "articles_revision"),
        *((name, "text") for name in ("its_title", "its_summary", "its_headings", "its_text")),
        ("stemmer", "regconfig"),
        ("words", "text[]"),
    ],
    # What is put in are constants of ours.
    func=f"""
        IF NEW.online_id IS NULL THEN
            NEW.search := NULL;
            NEW.search_head := NULL;
            RETURN NEW;
        END IF;
        SELECT * INTO shown FROM articles_revision WHERE id = NEW.online_id;
        its_title := {_folded("shown.title")};
        its_summary := {_folded("shown.summary")};
        its_headings := {_folded("left(shown.headings, 20000)")};
        its_text := {_folded("left(shown.text, 200000)")};
        stemmer := {_stemmers()};
        NEW.search_head :=
            setweight({_stemmed("its_title")}, 'A')
            || setweight(to_tsvector('simple', its_title), 'A')
            || setweight({_stemmed("its_summary")}, 'B')
            || setweight(to_tsvector('simple', its_summary), 'B')
            || setweight({_stemmed("its_headings")}, 'C');
        NEW.search := NEW.search_head
            || setweight({_stemmed("its_text")}, 'D');
        words := ARRAY(
            SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple',
                concat_ws(' ', its_title, its_summary, its_text)
            ))) AS word
            WHERE word ~ '^[a-z]{{4,30}}$'
        );
        INSERT INTO articles_word (word, languages)
            SELECT word, ARRAY[NEW.language] FROM unnest(words) AS word
            ON CONFLICT DO NOTHING;
        UPDATE articles_word SET languages = languages || NEW.language
            WHERE word = ANY(words) AND NEW.language <> ALL(languages);
        RETURN NEW;
    """,  # noqa: S608  (names of our own columns)
)


class Word(models.Model):
    """A word that stands in some article. Spelling is corrected towards these, and only these."""

    word = models.CharField(max_length=30, primary_key=True)
    languages = ArrayField(
        models.CharField(max_length=10),
        default=languages.only_original,
        db_default=[languages.ORIGINAL],
    )

    class Meta:
        default_permissions = ()
        indexes = [GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="word_by_trigram")]

    def __str__(self) -> str:
        return self.word


class Synonym(models.Model):
    """Two names of one thing, such as a brand and its medicine. It holds in both directions."""

    name = models.CharField(_("name"), max_length=60, help_text=_("For example: Suboxone"))
    means = models.CharField(
        _("means"), max_length=60, help_text=_("For example: buprenorphine/naloxone")
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=languages.choices,
        default=languages.ORIGINAL,
        db_default=languages.ORIGINAL,
        help_text=_("Of the articles that it helps to find."),
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        constraints = [
            models.UniqueConstraint(fields=["language", "name", "means"], name="synonym_once"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(means=""), name="synonym_has_two_sides"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.means}"
