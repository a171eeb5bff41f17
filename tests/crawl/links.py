"""Where the links of a page lead: no one of them to a wall."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponse

LINK = re.compile(r"<a\s[^>]*?href=\"([^\"]*)\"")
FILES = ("/static/", "/media/")
# An article of the library, which is not loaded here, that a page of text names as it comes.
OF_THE_LIBRARY = {"/articles/supporting-someone-you-love/"}


class Links:
    """What pages link to on this site, and what each address has answered."""

    def __init__(self) -> None:
        self.answers: dict[str, int] = {}
        self._found_on: dict[str, str] = {}

    def read(self, path: str, response: HttpResponse) -> None:
        """Note what this address answered, and where its page leads."""
        self.answers.setdefault(urlsplit(path).path, response.status_code)
        if response.status_code == 200 and "html" in response.get("Content-Type", ""):
            for href in LINK.findall(response.getvalue().decode(errors="replace")):
                self._note(urljoin(path, unescape(href)), path)

    def _note(self, target: str, page: str) -> None:
        scheme, host, path, *_ = urlsplit(target)
        if not scheme and not host and not path.startswith(FILES) and path not in OF_THE_LIBRARY:
            self._found_on.setdefault(path, page)

    def unasked(self) -> list[str]:
        """Return the addresses that a page leads to and nobody has asked yet."""
        return sorted(set(self._found_on) - set(self.answers))

    def walls(self) -> Iterator[str]:
        """Yield each link that is refused or leads nowhere, and a page that has it."""
        for path, page in sorted(self._found_on.items()):
            if self.answers.get(path, 0) >= 400:
                yield f"{page} links to {path}: {self.answers[path]}"
