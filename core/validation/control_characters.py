"""Control characters, which no text here holds: XML has no place for them, and nobody reads them.

One U+0008 in a summary is enough for a feed that no reader opens. Every door takes them away:
the forms (`strip_controls`), HTML (`sanitizer.clean`), articles, comments and imports.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict

GetResponse = Callable[[HttpRequest], HttpResponse]

# The vertical tab is how Word pastes a line break; these part words, the others stand within them.
_LINE_ENDS = re.compile("[\x0b\x0c\x85]")
# What XML 1.0 cannot hold, the controls that it can, halves of characters, and noncharacters.
_NOBODY_READS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_NUL_STAYS = re.compile(_NOBODY_READS.pattern.replace("\x00", "\x01", 1))
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def without_controls(text: str) -> str:
    """Return `text` without control characters; tabs and line ends stay."""
    return _NOBODY_READS.sub("", _LINE_ENDS.sub("\n", text))


def strip_controls(get_response: GetResponse) -> GetResponse:
    """Take control characters out of every form that is sent, before any field sees them.

    A NUL stays: it is never typed or pasted, and the fields refuse it in words.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.content_type in _FORMS:
            request.POST = _stripped(request.POST)  # type: ignore[assignment]  # what Django reads
        return get_response(request)

    return middleware


def _stripped(sent: QueryDict) -> QueryDict:
    out = QueryDict(mutable=True, encoding=sent.encoding)
    for name, values in sent.lists():
        out.setlist(name, [_NUL_STAYS.sub("", _LINE_ENDS.sub("\n", value)) for value in values])
    out._mutable = False
    return out
