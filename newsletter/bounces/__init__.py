"""Bounces and complaints: reports of mail providers (webhooks) and of mail servers (the mailbox).

| module | subject |
| --- | --- |
| `webhooks`, `provider_codes` | what a provider reports, and what its own words mean |
| `mailbox`, `dsn`, `mime_parser` | the mailbox for bounces, and reports of servers in it |
| `core.mail.bounce_classification` | hard, soft, or the sender rejected: one rule for all of them |
| `reports` | what follows from a report, whoever tells it |
| `sender_alarms` | refusals because of us: staff are told, and sending stops |
"""
