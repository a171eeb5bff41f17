"""Moving in from WordPress.

`export` reads its entries out of `file`, `moving` writes them through the workflow as staff would:
`posts` one post, `remarks` its comments, `addresses` where it was found. Its HTML becomes ours in
`left_out`, `codes`, `paragraphs` and `text`; `pictures` finds the files on disk; `report` tells.
"""
