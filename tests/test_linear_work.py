"""Whatever reads text from outside looks at each of its characters a bounded number of times.

Every function of the product that reads such a text, with every piece that one of its patterns
begins, ends or repeats with, thousands of times over, finished and unfinished. What is found to be
slow some day is added to PIECES, and what reads text to READERS.
"""

import re
from collections.abc import Callable
from functools import cache

import pytest

from articles.article_page import rendering as show
from articles.comments import submission
from articles.links.page_urls import normalize_query_url
from articles.pictures import figures, renditions
from articles.revisions import content, revision_diff
from articles.search import excerpts, results
from articles.wordpress import paragraphs, shortcodes, unsupported_html, wxr, wxr_file
from articles.wordpress import text as wordpress
from core.mail import bounce_classification, message, outbox
from core.outbox import admin as outbox_admin
from core.richtext import phone_links, plain_text, sanitizer
from core.validation.control_characters import without_controls
from newsletter.bounces import dsn
from newsletter.bounces.mime_parser import Part
from newsletter.delivery import message_ids, smtp_replies
from newsletter.issues import checks
from newsletter.issues import plain_text as newsletter_text
from newsletter.issues import rendering as issue_rendering
from newsletter.transfer import column_names, csv_formats
from tests.growth import MOST, growth

LETTERS = 1_500

PIECES = [
    # codes of WordPress
    *("[caption ", "[caption]", "[caption]<img>"),
    *("[caption]<img ", "[caption]</a>", "[/caption]"),
    *(
        "[caption]<img></a",
        "[caption]<img> ",
        "[a ",
        "[a",
        "[a=",
        "[/a",
        "[",
        "[a b]",
        "[a x=",
        "[a/",
    ),
    *("]", "[[", "[]"),
    *("[a]]", "[caption]<img src=x>y[/caption]", "[gallery a=b]", "[caption][/a]"),
    *("[[", "[[a", "[[a]]", "[gallery ids=1", "[gallery a=1]", "[x y='", "a=", "a='", "a-"),
    *("url(", "background:", "style='background:url(", "background-", "data-src="),
    *("<!-- wp:a", "<!-- wp:a -->", "<!-- wp:a /-->", "<!-- /wp:a -->", "<!--more-->"),
    *("<iframe ", "<video>", "</video>", "<video", "<audio></audio>", "<form action="),
    *("<br>\n", "<br><br>", "<br ><br", "\n<br>\n", "\n\n<p>", "<li>\n\n", "<td>\n\n</td>"),
    *("<dl><dt>x<dd>", "<dt>", "<pre>\n", "<pre>  x\n", "</pre>", "<button>", "<section>"),
    *("<b style='font-weight:", "<span style='font-weight:700'>", "<span>", "font-weight:"),
    *("&#x0", "&#0", "&#8;", "?p=", "p=1&", "%", "\x08", "\x0b", "\ufffe"),
    # HTML, finished and not
    *("<!--", "<!-- wp:", "<!-- x ", "-->", "<!", "<!>"),
    *("<?", "</", "</>", "<![CDATA[", "<", "&"),
    *("<img ", '<img src="', '<img src="x">', "<img alt='", "<img src=x alt=y>", "<img/>"),
    *(
        "<a ",
        "<a",
        "<a>",
        '<a href="',
        '<a href="x" ',
        '<a href="x">',
        '<a href="x">y</a>',
        "<a b='",
    ),
    *('<a title="<a href=x>">', '<a title=">" href="x">', "<a b= "),
    *("<a =", '<a "', "</a", "</a>"),
    *("<p>", "<p> ", "</p>", "<p", "<p>x", "<p>x</p>", "<p>x</p>\n", "<p></p>", "<p> </p>"),
    *("<h1", "<h1>", "<h2>", "<h2>x</h2>", "<h2>x", "<h2><b>x</b>", "<h2>&lt;", "<h2> "),
    *("<figure>", "<figure> <figcaption> ", "<figcaption>", "<figure><p>", "<figure></figure>"),
    *("<br", "<br ", "<br>"),
    *("<hr>", "<blockquote>", '<blockquote class="note">', "</blockquote>"),
    *("<ul><li>", "<ol><li>x", "<li>", "<li>x", "<table>", "<table><tr><td>", "<td>x", "<tr>"),
    *("<table>x", "<table><caption>", "<caption>", "<th>"),
    *("<tbody>", "</td>", "</li>", "</ul>"),
    *(
        "<b>",
        "<i><b>",
        "<b><p>",
        "<a href=x><b>",
        "<a><p>",
        "<b></i>",
        "<p><b>",
        "</b>",
        "<em><p>x",
    ),
    *("<div>", "<div><p>", "</div>", "<span>"),
    *("<font>", "<nobr>", "<o:p>", "<form>", "<select>"),
    *("<svg>", "<svg/>", "<math>", "<script>"),
    *("<style>", "</script ", "<template>", "<object>"),
    *("<svg><style>", "<textarea>", "<title>"),
    *("<xmp>", "<plaintext>", "<noscript>", "<iframe>"),
    # entities, blanks, words, citations
    *("&#", "&#9", "&#x", "&amp;", "&lt;", "&amp;lt;"),
    *("\n", "\n ", "\n \n", "\n\t", " ", "\r\n"),
    *(
        "\t",
        "\f",
        "\v",
        "\u00a0",
        "\u2003",
        "\u2028",
        "\u0085",
        "\u00ab",
        "\u00bb ",
        "\r",
        "\n\n\n",
        "a\n\n",
        " \n",
    ),
    *(
        "a",
        "a ",
        "a. ",
        "A",
        "1",
        "_",
        "-",
        ".",
        ",",
        ";",
        "'",
        '"',
        "\u2019",
        "a'",
        "n't",
        "é",
        "\u0301",
    ),
    *(
        "[1",
        "[1,",
        "[1 ,",
        "[1, ",
        "[1-",
        " [1]",
        "[1] ",
        "[1,1]",
        "[1]",
        "1,",
        "1 , ",
        " .",
        "\t.",
    ),
    # addresses, names, numbers
    *(
        "a.",
        "a-",
        "-.",
        "www",
        "www.",
        "http:",
        "https://",
        "https://a",
        "https://a/",
        "a.c",
        "a.co-",
    ),
    *("a@", "<@", "@", "a@b", "<a@b>"),
    *("1-800-", "text 988 ", "call 911"),
    *("<a", "a@b.", "1.1.1", "5.1.1 ", "0123456789abcdef", "a@b "),
    *(
        "newsletter-",
        "newsletter-1-",
        "newsletter-1-1.",
        "newsletter-1-1.a",
        "opioid",
        "opioids ",
        "|",
    ),
    # reports of mail servers
    *("550 ", "550 5.", "550-5.1.1", "5.1.", "not ", "no a b c ", "user a", "host ", "relay is "),
    *(
        "doesn't have a ",
        "message was ",
        "References: <a@b>\n ",
        "Message-ID: <a>\n",
        "\nReferences:",
    ),
    # exports of WordPress
    *(
        "<item ",
        "<item",
        "<item>",
        "</item>",
        "<rss ",
        "<rss",
        "]]>",
        "<title><![CDATA[",
        "<channel",
    ),
]


def cleaned(text: str) -> str:
    return sanitizer.clean(text, is_ours=lambda _: True)


def after_cleaning(work: Callable[[str], object]) -> Callable[[str], object]:
    """What is only ever given cleaned text. The cleaning is measured once, by itself."""
    return lambda text: work(cleaned_once(text))


@cache
def cleaned_once(text: str) -> str:
    return sanitizer.sanitize_with(sanitizer._cleaner, text)


def prose(html: str) -> object:
    return show.render_prose.__wrapped__(html, 5, str, "Source {number}")


READERS: dict[str, Callable[[str], object]] = {
    "an article on its way in": lambda text: sanitizer.sanitize_with(sanitizer._cleaner, text),
    "an article on its way out": after_cleaning(prose),
    "plain text with citations": lambda text: show.render_citations.__wrapped__(
        text, 5, "{number}"
    ),
    "phone numbers in plain text": phone_links.link_phones,
    "phone numbers in a letter": after_cleaning(phone_links.link_phones_in_html),
    "the pictures of an article": after_cleaning(renditions.IMG.findall),
    "the figures of an article": after_cleaning(figures.inline_figures),
    "the words of an article": after_cleaning(plain_text.extract),
    "words without citations": plain_text.strip_citations,
    "an article to be compared": after_cleaning(revision_diff._text),
    "words to be compared": revision_diff._words,
    "the tags of an article": after_cleaning(content._tags),
    "a word that matters": content._matters,
    "an excerpt": lambda text: excerpts.excerpt("x", text, ["a", "opioi", "newslett"]),
    "what somebody looked for": results.parse_words,
    "links in a comment": submission.LINK.search,
    "a post of WordPress": lambda text: wordpress.convert_body(
        text, site="a", find=lambda *_: ("/x.png", "x")
    ),
    "sources of a post": after_cleaning(wordpress.find_sources),
    "a comment of WordPress": wordpress.plain_lines,
    "a title of WordPress": wordpress.plain_line,
    "what of a post is left out": lambda text: unsupported_html.remove_unsupported(text, str),
    "the paragraphs of a post": paragraphs.add_paragraphs,
    "the attributes of a shortcode": shortcodes.parse_attributes,
    "an old address": lambda text: normalize_query_url("/", text),
    "references of an export": wxr_file.NAMED_NOT_XML.findall,
    "a text without controls": without_controls,
    "the summary of a post": after_cleaning(lambda body: wordpress.make_summary("", body)),
    "the excerpt of a post": lambda text: wordpress.make_summary(text, ""),
    "tags of an export": wxr_file.TOKEN.findall,
    "an entry that is broken": lambda piece: wxr._guess(piece, 1),
    "an issue's text": after_cleaning(newsletter_text.as_text),
    "an issue's addresses": after_cleaning(issue_rendering.absolute_links),
    "an issue's links": after_cleaning(checks._LinksAndPictures),
    "a mail's text": lambda text: message.wrapped(message.fit(text)),
    "addresses in a mail": lambda text: outbox_admin._LINK_PATH.sub("…", text),
    "the name of a mail": outbox._MESSAGE_ID.search,
    "the name of an issue's mail": message_ids._OURS.search,
    "a reply of a mail server": lambda text: smtp_replies.Reply(550, text).reason,
    "the kind of a reply": lambda text: smtp_replies.Reply(550, text).hard_bounce,
    "why a mail came back": dsn.strip_addresses,
    "what a refusal means": lambda text: bounce_classification.classify(text, text),
    "where a report names a mail": lambda text: dsn._named(Part("text/plain", text)),
    "topics of a list": csv_formats.topics,
    "a date of a list": column_names.moment,
    "the name of a column": lambda text: column_names.speaks_against(column_names.name_of(text)),
}


def repeated(piece: str) -> Callable[[int], str]:
    return lambda letters: piece * (letters // len(piece))


@pytest.mark.parametrize("reader", READERS)
def test_four_times_the_text_takes_about_four_times_as_long(reader):
    work = READERS[reader]
    slow = {
        piece: grown for piece in PIECES if (grown := growth(work, repeated(piece), LETTERS)) > MOST
    }
    assert slow == {}


def test_cleaning_does_not_multiply_what_it_is_given():
    """33 kB of open <b> with different attributes became 28 MB, and a gigabyte of memory."""
    for open_tags in ("b", "i", "font", "em", "a", "nobr", "table", "ul", "blockquote"):
        opened = "".join(f"<{open_tags} a{number}>" for number in range(2000))
        for closed in ("</p><p>x", "<p>x", "<ul><li>x", "<h2>x</h2>", "<td>x", "<table>x", "</a>x"):
            given = f"<p>{opened}{closed * 2000}"
            assert len(cleaned(given)) < 12 * len(given), (open_tags, closed)


@pytest.mark.parametrize("piece", ["<ul><li>", "<blockquote>", "<b>", "<table><tr><td>", "<div>"])
def test_nothing_is_nested_deeper_than_a_page_can_show(piece):
    html = cleaned(piece * 5000 + "x")
    depth = deepest = 0
    for closing in re.findall(r"<(/?)[a-z]", html):
        depth += -1 if closing else 1
        deepest = max(deepest, depth)
    assert deepest <= 130  # tables get a tbody
    assert "x" in html


@pytest.mark.parametrize("piece", ["a ", "a b ", "a. b. c d "])
def test_two_texts_are_compared_by_work_that_is_bounded(piece):
    before, after = piece * (100_000 // len(piece)), piece.replace("a", "b") * 10_000
    assert "<ins>" in revision_diff.diff_html(before, after)
    assert not content.is_small_fix(article_of(before), article_of(after))


def article_of(text: str) -> content.Content:
    return content.Content(title="x", summary="x", body=f"<p>{text}</p>")
