"""Markdown of the files that come along, as HTML that the site stores."""

import re
from typing import Any

from markdown_it import MarkdownIt
from mdit_py_plugins.container import container_plugin

from core.richtext.sanitizer import CALLOUTS

CAPTIONED = re.compile(r'<p>(<img src="[^"]*" alt="[^"]*") title="([^"]*)" />\s*</p>')


def markdown_to_html(markdown: str) -> str:
    """Return it as texts are stored, not cleaned.

    `::: warning` becomes a call-out, the title of a picture its caption.
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    for kind in CALLOUTS:
        container_plugin(reader, kind, render=_callout)
    html = reader.render(markdown)
    return CAPTIONED.sub(r"<figure>\1><figcaption>\2</figcaption></figure>", html)


def _callout(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    kind = tokens[index].type.removeprefix("container_").rsplit("_", 1)[0]
    return f'<blockquote class="{kind}">\n' if tokens[index].nesting == 1 else "</blockquote>\n"
