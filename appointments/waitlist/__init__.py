"""The waitlist: it alone changes places in line and offers. The booking itself is `booking`'s.

`entries` has who waits and what staff put right, `matching` and `offers` what they are offered,
`responses` what becomes of it, `own_visits` the visits that who waits has all the same.
"""
