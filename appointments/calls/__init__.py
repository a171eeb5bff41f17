"""The call list: what patients without an e-mail address are told by phone."""
