"""The workflow of comments: it alone writes one or changes whether readers see it.

`submission` takes in what readers and staff write, `moderation` is staff's word about it, `threads`
what the page shows, `links` the writer's secret address, `emails` the mails, `retention` what is
deleted when.
"""
