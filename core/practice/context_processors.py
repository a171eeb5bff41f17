"""Gives `practice` to every template."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.practice.models import Practice


def practice(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """Return the practice, read when a template first uses it.

    A page that never does costs nothing.
    """
    return {"practice": SimpleLazyObject(Practice.current)}
