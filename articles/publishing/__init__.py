"""The workflow of articles: it alone changes a status or what readers see.

`revisions` keeps every save, `review` takes it through the hands of a clinician, `publication` puts
it before readers and takes it away, `slugs` keeps old links working, `translation_drafts` begins
the same article in another language.
"""
