"""Gives `practice` to every template."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.practice.models import Practice


def practice(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """Read when a template first uses it; a page that never does costs nothing."""
    return {"practice": SimpleLazyObject(Practice.current)}
