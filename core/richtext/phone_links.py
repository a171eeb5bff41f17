"""Phone numbers in text become links, so that whoever needs help taps once. Pure.

Numbers of the United States, as people write them: 911 and 988, 1-800-222-1222, (212) 555-0100
ext. 4, 1-800-662-HELP, +44 20 7946 0000, and "text HOME to 741741". What is a dose, a count, a
year, a code or part of an address stays text.
"""

import re
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

# RFC 3966 has `;ext=`; the letters of a keypad.
KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
ALONE = r"(?<![\w$€£#§/@.,:+-])"  # not the end of something longer
OVER = r"(?![\w%°/@]|[-.,:][0-9])"  # not its beginning
SPACE = r"[   ]"
JOIN = rf"(?:[-.‐‑–]|{SPACE})"
EXTENSION = rf"(?:,?{SPACE}?(?:ext\.?|extension|x){SPACE}?(?P<ext>[0-9]{{1,6}}))?"

HELP = re.compile(
    rf"(?:{ALONE}|(?<=(?:911|988)/))(911|988|9[-‐‑]1[-‐‑]1|9[-‐‑]8[-‐‑]8)(?:{OVER}|(?=/(?:911|988)\b))"
)
SERVICE = re.compile(rf"(?i:\b(?:call|dial|phone|text){SPACE})([2-8][-‐‑]?1[-‐‑]?1){OVER}")
FULL = re.compile(
    rf"{ALONE}(?:(?P<one>\+?1){JOIN}?)?"
    rf"(?:\((?P<area>[2-9][0-9]{{2}})\)(?:{JOIN})?|(?P<code>[2-9][0-9]{{2}})(?P<join>{JOIN}))"
    rf"(?P<exchange>[2-9][0-9]{{2}}){JOIN}(?P<line>[0-9]{{4}}){EXTENSION}{OVER}"
)
LETTERED = re.compile(
    rf"{ALONE}(?:\+?1{JOIN})?(?P<area>8(?:00|33|44|55|66|77|88)){JOIN}"
    rf"(?P<rest>(?=[0-9-]*[A-Z])[A-Z0-9](?:-?[A-Z0-9]){{6,11}}){OVER}"
)
# Ten digits in a row are a phone number only where somebody is told to use them.
TOLD = re.compile(rf"(?i:\b(?:call|dial|phone|text|at|line){SPACE})(1?[2-9][0-9]{{9}}){OVER}")
ABROAD = re.compile(rf"{ALONE}(\+[2-9][0-9]{{0,2}}(?:{JOIN}?\(?[0-9]\)?){{6,13}}){OVER}")
SHORT = re.compile(rf"(?i:\btext(?:ing)?\b)[^.!?\n]{{1,60}}?(?i:\bto\b){SPACE}([0-9]{{5,6}}){OVER}")

# "911 patients", "988 mg": a count or an amount, told by the word before or after it.
NEVER_AFTER = re.compile(
    r"(?i:\b(?:cfr|part|page|pp?|room|no|section|chapter|item|step|equals?|total)|n ?=)[ .]*$"
)
COUNTS = re.compile(r"(?i:\b(?:of|among|in|all|than|about|over|nearly|almost|under|some|other) )$")
UNIT_AFTER = re.compile(
    rf"(?:{SPACE}|-)?(?:(?:mg|mcg|µg|ug|kg|g|ml|mL|l|L|iu|IU|oz|lb|lbs|cm|mm|km|ng|mmol|mEq|units?|"
    r"percent|per|times?|of [0-9]+|to [0-9]+|people|persons?|men|women|children|"
    r"million|thousand|hundred|dollars|cents|a day|a month|a year)\b|[/×x][0-9 ])"
)
PLURAL_AFTER = re.compile(rf"{SPACE}([a-z]+)\b")
OF_HELP = re.compile(
    r"(?:calls?|callers?|operators?|workers?|dispatchers?|counselors?|lines?|services?|centers?|"
    r"lifelines?|texts?|chats?|numbers?|works|is|was|has|does|as|always|answers|helps|connects|"
    r"lets|gives|offers|takes|sends|listens|staffs|this|unless|less|tells|asks|says|speaks)"
)
COMMAND = re.compile(
    r"(?i:\b(?:call|calls|calling|dial|text|phone|or|to|means?|at|is|then|and)\s*$)"
)
TEXTED = re.compile(r"(?i:\b(?P<call>call(?:ing)?(?:\s*(?:,|or|and|/)\s*))?(?P<text>text)\s+$)")


@dataclass(frozen=True)
class Phone:
    """`text[start:end]` leads to `href`."""

    start: int
    end: int
    href: str


def find(text: str) -> list[Phone]:
    """Return the phone numbers in `text`, in order; none overlaps another."""
    found = [
        *_help(text),
        *(_dialled(match, 1) for match in SERVICE.finditer(text)),
        *_full(text),
        *(_lettered(match) for match in LETTERED.finditer(text)),
        *(_dialled(match, 1) for match in TOLD.finditer(text)),
        *(_abroad(match) for match in ABROAD.finditer(text)),
        *(Phone(*match.span(1), f"sms:{match[1]}") for match in SHORT.finditer(text)),
    ]
    kept: list[Phone] = []
    for phone in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or phone.start >= kept[-1].end:
            kept.append(phone)
    return kept


def link_phones(text: str) -> str:
    """Return plain `text` as HTML with its phone numbers as links."""
    return _with_links(text, find(text))


def link(phone: Phone, shown: str) -> str:
    """Return a link that dials `phone`; `shown` is plain text."""
    whole = ' class="num"' if len(shown) > 6 else ""
    return f'<a{whole} href="{escape(phone.href)}">{escape(shown, quote=False)}</a>'


class Placed:
    """The phone numbers of HTML, found over all of its text and handed out piece by piece.

    A number may stand in bold and the word that makes it one before it. The pieces must be asked
    for in the order in which HTMLParser with convert_charrefs gives them, each once.
    """

    def __init__(self, html: str) -> None:
        reader = _Text()
        reader.feed(html)
        reader.close()
        self.phones = find("".join(reader.parts))
        self.starts = iter(reader.starts)
        self.next = 0

    def linked(self, piece: str, *, leave: bool = False) -> list[tuple[str, Phone | None]]:
        """Cut `piece` where its phone numbers stand. With `leave` it stays in one."""
        start = next(self.starts, 0)
        end = start + len(piece)
        while self.next < len(self.phones) and self.phones[self.next].start < start:
            self.next += 1
        cut: list[tuple[str, Phone | None]] = []
        at = start
        while not leave and self.next < len(self.phones) and self.phones[self.next].end <= end:
            phone = self.phones[self.next]
            cut += [(piece[at - start : phone.start - start], None)]
            cut += [(piece[phone.start - start : phone.end - start], phone)]
            at = phone.end
            self.next += 1
        return [*cut, (piece[at - start :], None)]


class _Text(HTMLParser):
    """The text with a line break for each block, and where in it each piece begins."""

    INLINE = frozenset({"a", "abbr", "b", "em", "i", "mark", "span", "strong", "u"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.starts: list[int] = []
        self.length = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.INLINE:
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, [])

    def handle_data(self, data: str) -> None:
        self.starts.append(self.length)
        self._add(data)

    def _add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


def link_phones_in_html(html: str) -> str:
    """Clean HTML with its phone numbers as links; what is a link stays as it is."""
    writer = _Linker(html)
    writer.feed(html)
    writer.close()
    return "".join(writer.out)


class _Linker(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.placed = Placed(html)
        self.out: list[str] = []
        self.links = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += tag == "a"
        self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.links -= tag == "a"
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        for piece, phone in self.placed.linked(data, leave=self.links > 0):
            self.out.append(link(phone, piece) if phone else escape(piece, quote=False))


def _with_links(text: str, phones: list[Phone]) -> str:
    out, at = [], 0
    for phone in phones:
        out.append(escape(text[at : phone.start], quote=False))
        out.append(link(phone, text[phone.start : phone.end]))
        at = phone.end
    return "".join([*out, escape(text[at:], quote=False)])


def _help(text: str) -> list[Phone]:
    """911 and 988. Of "call or text 988" the word "text" leads there, too, as a message."""
    found = []
    for match in HELP.finditer(text):
        before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() :][:40]
        if _is_a_count(before, after):
            continue
        number = re.sub(r"\D", "", match[0])
        texted = TEXTED.search(before)
        if texted and texted["call"]:
            word = match.start() - len(before) + texted.start("text")
            found.append(Phone(word, word + len("text"), f"sms:{number}"))
        way = "sms" if texted and not texted["call"] else "tel"
        found.append(Phone(*match.span(), f"{way}:{number}"))
    return found


def _is_a_count(before: str, after: str) -> bool:
    if re.match(r"/(?:911|988)\b", after):
        return False
    if UNIT_AFTER.match(after) or NEVER_AFTER.search(before):
        return True
    word = PLURAL_AFTER.match(after)
    if not word or not word[1].endswith("s"):
        return False
    return bool(COUNTS.search(before)) or not (OF_HELP.fullmatch(word[1]) or COMMAND.search(before))


def _full(text: str) -> list[Phone]:
    found = []
    for match in FULL.finditer(text):
        area = match["area"] or match["code"]
        spaced = match["join"] and not match["join"].strip()
        # "300 400 5000" are amounts unless something says that it is a number to call.
        if spaced and not match["one"] and not area.startswith("8"):
            continue
        if UNIT_AFTER.match(text[match.end() :][:20]) and not match["one"]:
            continue
        extension = f";ext={match['ext']}" if match["ext"] else ""
        number = f"+1{area}{match['exchange']}{match['line']}"
        found.append(Phone(*match.span(), f"tel:{number}{extension}"))
    return found


def _lettered(match: re.Match[str]) -> Phone:
    digits = match["rest"].replace("-", "").translate(KEYPAD)[:7]
    return Phone(*match.span(), f"tel:+1{match['area']}{digits}")


def _dialled(match: re.Match[str], group: int) -> Phone:
    digits = re.sub(r"\D", "", match[group])
    number = f"+1{digits[-10:]}" if len(digits) >= 10 else digits
    return Phone(*match.span(group), f"tel:{number}")


def _abroad(match: re.Match[str]) -> Phone:
    return Phone(*match.span(1), "tel:+" + re.sub(r"\D", "", match[1]))
