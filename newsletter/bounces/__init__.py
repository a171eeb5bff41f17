"""What comes back: reports of mail providers (webhooks) and of mail servers (the mailbox).

providers, mailbox → reports.take → subscription, the outbox, and one row for each report.
"""
