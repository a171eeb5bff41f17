"""Pages of text that staff edit: questions, rules of visits, legal notices.

Which there are stands in `catalog`, what they say in `pages/library` until staff write their own.
`publishing` alone changes a status or what readers see; each text that was public stays to be read.
"""
