"""What a page says to machines, as JSON inside a script element."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.validation.control_characters import without_controls

ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def as_script(data: Any) -> SafeString:
    """Return `data` as JSON for the inside of a script element, which it cannot end."""
    text = json.dumps(_clean(data), ensure_ascii=False).translate(ESCAPES)
    return mark_safe(text)  # noqa: S308  # nosemgrep: marked-safe  (escaped for a script)


def _clean(data: Any) -> Any:
    """Without the characters that nobody reads."""
    if isinstance(data, dict):
        return {name: _clean(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_clean(value) for value in data]
    return without_controls(data) if isinstance(data, str) else data
