"""A patient's record for another system: FHIR R4 (4.0.1), as one Bundle of the type "collection".

`bundle` makes it; `people`, `bookings` and `consents` make what this app holds, and other apps add
what they keep of visits by `parts.register`. What only means something here (calls, mails, notes of
the desk, merges) is in the other exports and not in this one.
"""
