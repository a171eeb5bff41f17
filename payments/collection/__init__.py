"""The workflow of money: what is owed, how it is paid, and what is given back. It alone changes a
status of these rows.

Whatever changes a charge or one of its payments locks the charge first. Before Stripe is asked for
anything a row says so, in a transaction of its own, with the key of the request: so a second click
finds the first, and what nobody knows the end of is asked for again (`reconciliation`).
"""
