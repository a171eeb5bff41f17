"""The figures that come with the articles: drawings of ours, placed by an article, safe to show."""

import re
import xml.etree.ElementTree as ET

import pytest

from articles.pictures import figures
from articles.publishing import revisions
from articles.seed_library import LIBRARY, markdown_to_html, read_file
from core.richtext import sanitizer
from tests.articles.factories import make_article, make_content

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    *("svg", "title", "desc", "g", "path", "circle", "ellipse", "rect", "line"),
    *("polyline", "polygon", "text", "tspan"),
}
ATTRIBUTES = {
    *("viewBox", "class", "transform", "d", "fill", "opacity", "text-anchor", "points"),
    *("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "width", "height"),
    *("stroke-dasharray", "fill-opacity"),
}
CLASSES = {"small", "urgent", "strong", "head", "on-pine", "line", "thin", "shape"}
NAMES = [path.stem for path in sorted(figures.FOLDER.glob("*.svg"))]
ADDRESS = "/articles/figures/naltrexone-takes-the-seat.svg"
PLACED = f'<figure><img src="{ADDRESS}" alt="Two rows of seats."></figure>'


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_holds_shapes_and_words_in_the_colors_of_the_page(name):
    assert figures.NAME.fullmatch(name)
    root = ET.parse(figures.FOLDER / f"{name}.svg").getroot()  # noqa: S314
    assert root.get("viewBox", "").startswith("0 0 340 "), "a phone's text is 340 units wide"
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
        assert set(element.get("class", "").split()) <= CLASSES
        assert re.fullmatch(r"none|var\(--(ill|cn)-[a-z0-9-]+\)|", element.get("fill", ""))
    figure = figures.find_figure(name)
    assert figure.title
    assert figure.words


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.md")), ids=lambda path: path.stem)
@pytest.mark.django_db
def test_each_article_of_the_library_has_a_figure_whose_numbers_stand_in_it(path):
    entry = read_file(path)
    said = set(re.findall(r"\d+(?:[.,]\d+)*", " ".join(entry.content.words())))
    placed = re.findall(r'src="(/articles/figures/[^"]+)"', entry.content.body)
    assert placed
    for address in placed:
        figure = figures.at_address(address)
        drawn = " ".join(re.findall(r">([^<>]+)</t", figure.svg))
        numbers = set(re.findall(r"\d+(?:[.,]\d+)*", f"{drawn} {figure.title} {figure.words}"))
        assert numbers <= said, f"{figure.name}: {numbers - said}"


@pytest.mark.django_db
def test_an_article_shows_its_figure_as_svg_with_its_words_and_the_caption_that_cites(client):
    body = PLACED.replace("</figure>", "<figcaption>Seats [1].</figcaption></figure>")
    article = make_article(body=f"<p>Think of seats.</p>{body}")
    page = client.get(article.get_absolute_url()).content.decode()
    assert '<svg class="drawn" role="img" aria-label="Two rows of seats."' in page
    assert 'href="#source-1"' in page.split("<figcaption>")[1].split("</figcaption>")[0]
    assert "Think of the opioid receptors in the brain as seats.</li>" in page


def test_the_title_of_a_picture_in_the_library_is_its_caption():
    html = markdown_to_html(f'![Two rows of seats.]({ADDRESS} "Seats [1].")')
    assert sanitizer.clean(html, is_ours=lambda address: address == ADDRESS) == PLACED.replace(
        "</figure>", "<figcaption>Seats [1].</figcaption></figure>"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nothing", "../settings", "naltrexone-takes-the-seat.fr"])
def test_an_article_cannot_name_a_figure_that_is_not_there(client, name):
    body = PLACED.replace("naltrexone-takes-the-seat", name)
    with pytest.raises(sanitizer.Refused):
        revisions.clean_content(make_content(body=f"<p>Words.</p>{body}"))
    assert client.get(f"/articles/figures/{name}.svg").status_code == 404


def test_a_figure_alone_is_a_picture_that_brings_its_colors_and_runs_nothing(client):
    answer = client.get(ADDRESS)
    assert answer["Content-Type"] == "image/svg+xml"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert b"--ill-line: #1b4b40" in answer.content
    ET.fromstring(answer.content)  # noqa: S314


@pytest.mark.django_db
def test_staff_pick_a_figure_for_an_article_and_none_for_an_e_mail(editor):
    picker = "/admin/articles/imageasset/pick/"
    assert ADDRESS in editor.get(picker, {"figures": "1", "q": "takes the seat"}).text
    assert ADDRESS not in editor.get(picker, {"figures": "1", "q": "zebra"}).text
    assert ADDRESS not in editor.get(picker).text
    assert "?figures=1" in editor.get("/admin/articles/article/add/").text
    assert "?figures=1" not in editor.get("/admin/newsletter/issue/add/").text
