"""What is wrong with the nesting of a stored text, told by rules of its own."""

from html.parser import HTMLParser

INLINE = {"strong", "em", "b", "i", "sup", "sub", "a", "br", "img"}
FLOW = {"p", "h2", "h3", "h4", "hr", "ul", "ol", "blockquote", "figure", "table"}
MAY_HOLD = {
    "": FLOW,
    "blockquote": FLOW,
    "ul": {"li"},
    "ol": {"li"},
    "li": FLOW | INLINE,
    "td": FLOW | INLINE,
    "th": FLOW | INLINE,
    "table": {"caption", "thead", "tbody"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
    "figure": INLINE - {"br"} | {"figcaption"},
}
HOLDS_NO_WORDS = {"", "blockquote", "ul", "ol", "table", "thead", "tbody", "tr", "figure"}


def faults(html: str) -> list[str]:
    """Return a sentence for each text without a block and each element where none may be."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.faults + [f"<{name}> is not closed" for name in reader.stack[1:]]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stack = [""]
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag not in MAY_HOLD.get(self.stack[-1], INLINE):
            self.faults.append(f"<{tag}> in <{self.stack[-1]}>")
        if tag in self.stack and tag in INLINE:
            self.faults.append(f"<{tag}> in another one")
        if tag not in ("br", "img", "hr"):
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.stack[-1] != tag:
            self.faults.append(f"</{tag}> in <{self.stack[-1]}>")
        else:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self.stack[-1] in HOLDS_NO_WORDS:
            self.faults.append(f"“{data.strip()[:40]}” in <{self.stack[-1]}>")
