"""`make drill`: the whole site under mixed load, with one fault after the other."""
