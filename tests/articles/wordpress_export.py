"""Exports of WordPress for the tests, as its Tools, Export writes them."""

from html import escape
from pathlib import Path

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.4" -->
<rss version="2.0"
  xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:wfw="http://wellformedweb.org/CommentAPI/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
  <title>Old clinic</title>
  <link>https://old.example.org</link>
  <wp:base_site_url>https://old.example.org</wp:base_site_url>
  <wp:base_blog_url>https://old.example.org</wp:base_blog_url>
  <wp:author><wp:author_id>7</wp:author_id><wp:author_login><![CDATA[ruth]]></wp:author_login>
    <wp:author_display_name><![CDATA[Ruth Pell]]></wp:author_display_name></wp:author>
  <wp:category><wp:category_nicename>medicines</wp:category_nicename>
    <wp:cat_name><![CDATA[Medicines]]></wp:cat_name>
    <wp:category_description><![CDATA[What they do.]]></wp:category_description></wp:category>
"""
TEXT = """First part, see <a href="https://www.fda.gov/label">the label</a>.

Second part &amp; more."""


def comment(key: int, text: str, *, parent: int = 0, **values: str) -> str:
    fields = {
        "id": str(key),
        "author": "Sam",
        "author_email": "sam@example.org",
        "author_IP": "192.0.2.77",
        "date_gmt": "2019-06-01 12:00:00",
        "content": text,
        "approved": "1",
        "type": "comment",
        "parent": str(parent),
        "user_id": "0",
    } | values
    inside = "".join(
        f"<wp:comment_{name}><![CDATA[{value}]]></wp:comment_{name}>"
        for name, value in fields.items()
    )
    return f"<wp:comment>{inside}</wp:comment>"


def post(key: int, **values: str) -> str:
    fields = {
        "title": f"Post {key}",
        "link": f"https://old.example.org/2019/05/post-{key}/",
        "creator": "ruth",
        "content": TEXT,
        "excerpt": "",
        "slug": f"post-{key}",
        "status": "publish",
        "kind": "post",
        "date": "2019-05-01 09:00:00",
        "categories": '<category domain="category" nicename="medicines">Medicines</category>',
        "more": "",
    } | values
    return f"""<item>
    <title>{escape(fields["title"])}</title><link>{escape(fields["link"])}</link>
    <dc:creator><![CDATA[{fields["creator"]}]]></dc:creator>
    <content:encoded><![CDATA[{fields["content"]}]]></content:encoded>
    <excerpt:encoded><![CDATA[{fields["excerpt"]}]]></excerpt:encoded>
    <wp:post_id>{key}</wp:post_id><wp:post_date_gmt>{fields["date"]}</wp:post_date_gmt>
    <wp:post_name>{fields["slug"]}</wp:post_name><wp:status>{fields["status"]}</wp:status>
    <wp:post_type>{fields["kind"]}</wp:post_type>{fields["categories"]}{fields["more"]}
  </item>
"""


def picture(key: int, place: str) -> str:
    address = f"https://old.example.org/wp-content/uploads/{place}"
    more = f"<wp:attachment_url>{address}</wp:attachment_url>"
    return post(key, kind="attachment", status="inherit", more=more)


def meta(key: str, value: str) -> str:
    return (
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
    )


def write(folder: Path, *items: str, head: str = HEAD) -> Path:
    path = folder / "export.xml"
    path.write_text(head + "".join(items) + "</channel></rss>", encoding="utf-8")
    return path
