"""Phone numbers with their extensions: read as people write them, kept, shown and dialled whole.

A number is stored as E.164, with `;ext=` behind it where it has an extension (RFC 3966). Whoever
knows no extension reads the number alone.
"""

import re
import unicodedata
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from phonenumber_field import formfields, modelfields
from phonenumber_field.phonenumber import PhoneNumber, to_python
from phonenumbers import convert_alpha_characters_in_number

REGION = "US"


class Phone(PhoneNumber):
    """A number that is another with another extension. As text it is what the database keeps.

    Nothing changes one once it is made.
    """

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        has_extension = self.extension and self.is_valid()
        return f"{self.as_e164};ext={self.extension}" if has_extension else super().__str__()

    def is_valid(self) -> bool:
        """Return whether such a number exists; found out once, as it takes a while."""
        return self._is_valid

    @cached_property
    def _is_valid(self) -> bool:
        return bool(super().is_valid())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str | PhoneNumber) and str(self) == str(parse_phone(other))

    def __hash__(self) -> int:
        return hash(str(self))

    @cached_property
    def formatted(self) -> str:
        """ "(615) 555-0142 ext. 12"; numbers from elsewhere with their country code."""
        if not self.is_valid():
            return str(self)
        return self.as_national if self.country_code == 1 else self.as_international

    @property
    def link(self) -> str:
        """What dials it, "tel:+16155550142;ext=12": RFC 3966."""
        return f"tel:{self}"


def parse_phone(value: Any) -> Any:
    """Return the Phone that this text or number is; None and "" as they are."""
    if isinstance(value, Phone):
        return value  # asked first: to compare it with nothing takes as long as to parse it
    number = to_python(value, region=REGION)
    if not isinstance(number, PhoneNumber):
        return number
    phone = Phone()
    phone.merge_from(number)
    return phone


def as_link(number: Phone | None) -> str:
    """Return "(615) 555-0142 ext. 12" as a link that dials it; empty where there is none."""
    if not number or not number.is_valid():
        return str(number or "")
    return format_html('<a href="{}">{}</a>', number.link, number.formatted)


_US = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")


def text_as_link(kept: str) -> str:
    """Return what `as_link` does, of a number as the database keeps it.

    One of ours without an extension is not parsed: a day's board has hundreds.
    """
    ours = _US.fullmatch(kept)
    if not ours:
        return as_link(parse_phone(kept) or None)
    return format_html('<a href="tel:{}">({}) {}-{}</a>', kept, *ours.groups())


class PhoneField(formfields.PhoneNumberField):
    """A phone number with its area code. What is typed behind it is its extension, or refused."""

    default_error_messages = {
        "invalid": _(
            "Write a phone number with its area code, like 615-555-0117, or with an extension: "
            "615-555-0117 ext. 12."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"region": REGION} | kwargs)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return parse_phone(value)
        typed = unicodedata.normalize("NFKC", value)
        number = parse_phone(super().to_python(typed))
        if number and number.is_valid() and not _says_all(number, typed):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return number

    def prepare_value(self, value: Any) -> Any:
        """Return it as people write it, whatever the widget."""
        return value.formatted if isinstance(value, Phone) else value


def _says_all(number: Phone, typed: str) -> bool:
    """Whether no digit that was typed is missing at the end; letters may stand for digits."""
    last = f"{number.national_number}{number.extension or ''}"
    return any(
        "".join(str(int(sign)) for sign in text if sign.isdecimal()).endswith(last)
        for text in (typed, convert_alpha_characters_in_number(typed))
    )


class _Whole(modelfields.PhoneNumberDescriptor):
    """What is assigned becomes a Phone."""

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.name] = parse_phone(value)


class PhoneColumn(modelfields.PhoneNumberField):
    """A column of numbers that keep their extension."""

    attr_class = Phone
    descriptor_class = _Whole

    def to_python(self, value: Any) -> Any:
        """Return the Phone that `value` writes."""
        return parse_phone(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the Phone that the database keeps."""
        return parse_phone(value)

    def get_prep_value(self, value: Any) -> Any:
        """Return the text that the database keeps."""
        number = parse_phone(value)
        return str(number) if number else number

    def formfield(self, **kwargs: Any) -> Any:
        """Return a PhoneField."""
        return super().formfield(**{"form_class": PhoneField} | kwargs)

    def deconstruct(self) -> Any:
        """Return what it extends: the column is the same, so no migration changes it."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "phonenumber_field.modelfields.PhoneNumberField", args, kwargs
