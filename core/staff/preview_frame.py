"""A page as it will look, for the frame beside the form in which staff write it."""

import re

_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_HEAD = "<head>"
_NO_LINKS = '<head>\n<base target="_blank">'


def inert(html: str) -> str:
    """Return the page without what runs; a link leads nowhere, for the frame opens no windows."""
    return _SCRIPT.sub("", html).replace(_HEAD, _NO_LINKS, 1)
