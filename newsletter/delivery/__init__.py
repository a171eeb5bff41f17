"""Sending an issue: claim, send, settle; each mail at most once.

| module | subject |
| --- | --- |
| `dispatch` | telling workers that an issue waits |
| `sending` | what a worker does: claim a batch, send it, go on with the next |
| `batch_sender` | one batch over one connection, mail by mail |
| `queries`, `step_function` | the statements: claim a batch, the one step for each mail, finish |
| `mime`, `message_ids`, `dkim_signature` | an issue as bytes, with merge tags for what differs |
| `smtp_client`, `smtp_replies` | one SMTP connection, and what a server's replies mean |
| `sender_rejections` | refusals in a row: about the recipients, or about us |
| `sending_rates`, `warm_up` | how fast, and how many a day while a sender is new |
| `recovery` | batches that a killed worker left behind |
| `test_message` | one issue to one address, to look at |
| `dns_records` | what receivers find in DNS about our sender |
"""
