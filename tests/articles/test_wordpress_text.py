"""The text of a post as WordPress shows it."""

import pytest

from articles.wordpress import text
from articles.wordpress.shortcodes import GalleryPicture
from tests.nesting import faults


def body(content: str, **options) -> str:
    options = {"find": lambda src, alt: ("/images/x.png", alt or "x")} | options
    return text.convert_body(content, site="old.example.org", **options)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            'One\n\n<p style="color:red">Two\nlines</p>\nThree\n\nFour',
            "<p>One</p>\n<p>Two<br>\nlines</p><p>Three</p>\n<p>Four</p>",
        ),
        ("<h2>Head</h2>\nText\n<ul>\n<li>a\nb</li>\n</ul>\nmore", None),
        ("<h2>Head</h2>Text<h3>Next</h3>", "<h2>Head</h2><p>Text</p><h3>Next</h3>"),
        (
            "Before:\n<ul>\n <li>a</li>\n <li>b\nc</li>\n</ul>\nAfter",
            "<p>Before:</p><ul><li>a</li><li>b\nc</li></ul><p>After</p>",
        ),
        (
            "<table>\n<tr>\n<td>a\nb</td>\n<td>c\n\nd</td>\n</tr>\n</table>",
            "<table><tbody><tr><td>a\nb</td><td><p>c</p><p>d</p></td></tr></tbody></table>",
        ),
        ("<div>a</div>\n<div>b</div>", "<p>a</p>\n<p>b</p>"),
        (
            "One <strong>two\n\nthree</strong> four",
            "<p>One <strong>two</strong></p>\n<p><strong>three</strong> four</p>",
        ),
        ("One<br />\nline<br><br>Two", "<p>One<br>line</p>\n<p>Two</p>"),
        ("One\r\n\r\nTwo\n \n \nThree", "<p>One</p>\n<p>Two</p>\n<p>Three</p>"),
        ("One\n\n&nbsp;\n\nTwo", "<p>One</p>\n<p>Two</p>"),
        ("<blockquote>One\n\nTwo</blockquote>", "<blockquote><p>One</p>\n<p>Two</p></blockquote>"),
        ("<pre>one\n  two</pre>after", "<p>one<br>&nbsp;&nbsp;two</p><p>after</p>"),
        ("One<!--more-->\n\nTwo<!--nextpage-->Three", "<p>One</p>\n<p>Two</p>\n<p>Three</p>"),
        (
            "<!-- wp:heading --><h2>A</h2><!-- /wp:heading -->\n\nBetween\nlines\n\n"
            '<!-- wp:group --><div class="wp-block-group"><!-- wp:paragraph --><p>In\nit</p>'
            "<!-- /wp:paragraph --></div><!-- /wp:group -->",
            "<h2>A</h2>\n<p>Between<br>\nlines</p>\n<p>In\nit</p>",
        ),
        (
            '<!-- wp:buttons --><div><div class="wp-block-button"><a href="https://a.example/">A</a>'
            '</div><div><a href="https://b.example/">B</a></div></div><!-- /wp:buttons -->',
            '<p><a href="https://a.example/">A</a></p><p><a href="https://b.example/">B</a></p>',
        ),
        (
            '<!-- wp:verse --><pre class="wp-block-verse">one\n two</pre><!-- /wp:verse -->',
            "<p>one<br>&nbsp;two</p>",
        ),
        ("<dl><dt>Dose</dt><dd>5 mg</dd></dl>", "<p><strong>Dose</strong></p><p>5 mg</p>"),
        (
            '<b style="font-weight:normal" id="docs-internal-guid-5"><p>a</p><p>b</p></b>',
            "<p>a</p><p>b</p>",
        ),
        (
            "See\n\nhttps://youtu.be/x?a=1&amp;b=2\n\n[embed]https://b.example/[/embed]",
            '<p>See</p>\n<p><a href="https://youtu.be/x?a=1&amp;b=2">https://youtu.be/x?a=1&amp;b=2'
            '</a></p>\n<p><a href="https://b.example/">https://b.example/</a></p>',
        ),
        ("Use [[gallery]] so", "<p>Use [gallery] so</p>"),
    ],
)
def test_paragraphs_are_those_that_readers_saw(content, expected):
    html = body(content)
    assert faults(html) == []
    assert expected is None or html == expected
    assert "<li>a<br>" not in html


@pytest.mark.parametrize(
    "caption",
    [
        '[caption id="a" width="300" caption="The table"]{}[/caption]',
        "[caption id='a' caption='The table']{}[/caption]",
        "[caption width=300]{} The table[/caption]",
        "[wp_caption caption=\"The table\"]{}[/wp_caption]",
    ],
)  # fmt: skip
def test_a_caption_is_found_wherever_wordpress_kept_it(caption):
    html = body("Text " + caption.format('<img src="/a.png" alt="b">'))
    assert html.endswith(
        '<figure><img src="/images/x.png" alt="b"><figcaption>The table</figcaption></figure>'
    )


def test_a_gallery_is_its_pictures_and_without_numbers_those_of_the_post():
    asked = []

    def gallery(numbers):
        asked.append(numbers)
        return [GalleryPicture(f"/{n}.png", f"alt {n}", "") for n in numbers or ["7"]]

    html = body('a [gallery columns="2" ids="3, 5"]\n\n[gallery]', gallery=gallery)
    assert asked == [["3", "5"], []]
    assert html.count("<figure><img ") == 3
    assert 'alt="alt 5"' in html
    assert "gallery" not in html


def test_words_under_a_picture_that_is_not_found_go_with_it_and_are_told():
    left = []
    content = 'Text [caption width=1]<img src="/a.png"> Below [/caption]'
    html = body(content, find=lambda src, alt: None, leave_out=left.append)
    assert html == "<p>Text</p>"
    assert left == ["the words under a picture that is not here: “Below”"]


def test_a_gallery_of_blocks_is_no_list():
    item = '<li class="blocks-gallery-item"><figure><img src="/a.png" alt="b"/></figure></li>'
    content = (
        '<!-- wp:gallery --><figure class="wp-block-gallery"><ul class="blocks-gallery-grid">'
        f"{item}{item}</ul></figure><!-- /wp:gallery -->"
    )
    assert body(content) == '<figure><img src="/images/x.png" alt="b"></figure>' * 2


def test_a_picture_leads_to_no_page_of_its_own_but_to_other_posts():
    host = "https://old.example.org"
    content = (
        f'<a href="{host}/post/a/"><img src="/a.png" alt="b"></a>'
        f'<a href="{host}/post/"><img src="/a.png" alt="b"></a>'
    )
    html = body(content, picture_pages={"/post/a/"})
    assert html.count("<img ") == 2
    assert html.count("<a ") == 1
    assert 'href="/post/"' in html


def test_addresses_that_are_none_end_no_import():
    content = '<a href="http://[bad">a</a> <img src="http://[worse" alt="b">'
    assert "a" in body(content, find=lambda src, alt: None)
    assert text.find_sources(body(content)) == ()


def test_words_of_different_blocks_stay_apart():
    assert text.plain_line("<p>One</p><p>two</p><ul><li>three</li></ul>") == "One two three"
    assert text.plain_lines("<p>One</p><p>two<br>three</p>") == "One\ntwo\nthree"
