"""Short texts that staff write in each language: `name` is English, `name_i18n` of the reader's.

A model that has them says so by `i18n = TranslationField(fields=("name",))` (django-modeltrans).
Its own columns stay the default language, whoever reads them by whatever query, and one JSON column
has the others. What is empty in another language falls back to the default one.
"""

from django.conf import settings
from django.db.models import Expression, F, Model, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language
from modeltrans.fields import TranslatedVirtualField


def in_each_language(name: str) -> tuple[str, ...]:
    """Return the fields of a form for this text: `("name", "name_es")`."""
    others = (code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE)
    return (name, *(f"{name}_{code}" for code in others))


def translated(name: str) -> Expression | F:
    """Return the column of this text in the language of now, for what a query reads."""
    language = get_language()
    if language in (None, settings.LANGUAGE_CODE):
        return F(name)
    written = NullIf(KeyTextTransform(f"{name}_{language}", "i18n"), Value(""))
    return Coalesce(written, name, output_field=TextField())


def second_names(model: type[Model]) -> list[str]:
    """Return the fields of a model that are other names of a column: `name_en` and `name_i18n`.

    A form that has them beside the column itself would write over what was typed there.
    """
    same = (None, settings.LANGUAGE_CODE)
    virtual = (
        each for each in model._meta.get_fields() if isinstance(each, TranslatedVirtualField)
    )
    return [each.name for each in virtual if each.language in same]
