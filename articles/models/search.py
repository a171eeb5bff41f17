"""What search stands on: an index that the database keeps, words to spell by, and synonyms."""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# Stemmed words to find, and whole words besides, so that a prefix finds them while someone types.
# A text beyond 200,000 characters would burst the index; its first part is enough to find it.
INDEX_WHAT_IS_ONLINE = pgtrigger.Trigger(
    name="index_what_is_online",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("online_id"),
    declare=[("shown", "articles_revision")],
    func="""
        IF NEW.online_id IS NULL THEN
            NEW.search := NULL;
            NEW.search_head := NULL;
            RETURN NEW;
        END IF;
        SELECT * INTO shown FROM articles_revision WHERE id = NEW.online_id;
        -- "buprenorphine/naloxone" is two words, not the name of a file.
        shown.title := translate(shown.title, '/', ' ');
        shown.summary := translate(shown.summary, '/', ' ');
        shown.headings := translate(left(shown.headings, 20000), '/', ' ');
        shown.text := translate(left(shown.text, 200000), '/', ' ');
        NEW.search_head :=
            setweight(to_tsvector('english', shown.title), 'A')
            || setweight(to_tsvector('simple', shown.title), 'A')
            || setweight(to_tsvector('english', shown.summary), 'B')
            || setweight(to_tsvector('simple', shown.summary), 'B')
            || setweight(to_tsvector('english', shown.headings), 'C');
        NEW.search := NEW.search_head
            || setweight(to_tsvector('english', shown.text), 'D');
        INSERT INTO articles_word (word)
            SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple',
                concat_ws(' ', shown.title, shown.summary, shown.text)
            ))) AS word
            WHERE word ~ '^[a-z]{4,30}$'
            ON CONFLICT DO NOTHING;
        RETURN NEW;
    """,
)


class Word(models.Model):
    """A word that stands in some article. Spelling is corrected towards these, and only these."""

    word = models.CharField(max_length=30, primary_key=True)

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

    class Meta:
        ordering = ["name"]
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        constraints = [
            models.UniqueConstraint(fields=["name", "means"], name="synonym_once"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(means=""), name="synonym_has_two_sides"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.means}"
