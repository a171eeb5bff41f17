"""Sending an issue: claim, send, settle; each mail at most once.

| module | subject |
| --- | --- |
| `rows` | the statements: claim a batch, the one step for each mail, end a batch |
| `mime` | the letter as bytes, with slots for what differs between recipients |
| `line` | one SMTP connection, in as few round trips as the server allows |
| `answers` | what a server's answer means for one mail, and for all of them |
| `sending` | what a worker does with a batch |
| `rates`, `warm_up` | how fast, and how many a day while a sender is new |
| `recovery` | what a killed worker left behind |
"""
