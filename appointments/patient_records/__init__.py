"""What staff do with a whole record: notes about it, its export, erasing and restricting it.

`notes` is append-only with striking out; `requests` lets two people decide, and does again what a
restored backup has undone; `erasure` and `restriction` carry that out; `kept_by_law` says what an
erasure leaves; `export` and `export_pdf` hand out all that is held.
"""
