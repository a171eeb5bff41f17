"""Cleaned HTML as the text part of a mail: its words, its lists, and where its links lead. Pure."""

from html.parser import HTMLParser

_BLOCKS = {"p", "h2", "h3", "h4", "blockquote", "figure", "figcaption", "table", "tr", "ul", "ol"}
_NAMED = {"h2", "h3", "h4"}


def as_text(html: str) -> str:
    """Return paragraphs parted by blank lines, headings underlined, links behind their words."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer.text()


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self.line = ""
        self.prefix = ""
        self.href = ""
        self.counters: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _BLOCKS:
            self._flush()
        match tag:
            case "a":
                self.href = given.get("href") or ""
            case "br":
                self.line += "\n"
            case "ul":
                self.counters.append(None)
            case "ol":
                self.counters.append(0)
            case "li":
                self._flush()
                self.prefix = self._bullet()
            case "td" | "th" if self.line.strip():
                self.line += " | "
            case "hr":
                self._flush()
                self.blocks.append("* * *")
            case "img" if given.get("alt"):
                self.line += f"[{given['alt']}]"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            if self.href and not self.line.endswith(self.href):
                self.line += f" ({self.href})"
            self.href = ""
        elif tag in _NAMED:
            words = " ".join(self.line.split())
            self._flush()
            if words:
                self.blocks[-1] += "\n" + "-" * min(len(words), 72)
        elif tag in _BLOCKS or tag == "li":
            self._flush()
        if tag in ("ul", "ol") and self.counters:
            self.counters.pop()

    def handle_data(self, data: str) -> None:
        self.line += data

    def text(self) -> str:
        self._flush()
        return "\n\n".join(self.blocks)

    def _bullet(self) -> str:
        if not self.counters or self.counters[-1] is None:
            return "- "
        self.counters[-1] += 1
        return f"{self.counters[-1]}. "

    def _flush(self) -> None:
        lines = (" ".join(line.split()) for line in self.line.split("\n"))
        words = "\n".join(line for line in lines if line)
        if words:
            self.blocks.append(self.prefix + words)
            self.prefix = ""
        self.line = ""
