"""Import from WordPress.

`wxr` reads the entries of an export out of `wxr_file`, `importing` writes them through the workflow
as staff would: `posts` one post, `comments` its comments, `permalinks` where it was found. Its HTML
becomes ours in `unsupported_html`, `shortcodes`, `paragraphs` and `text`; `pictures` finds the
files on disk; `report` says what came.
"""
