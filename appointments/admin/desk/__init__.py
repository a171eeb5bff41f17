"""The desk: the clinic's day as a board, what is late, and what staff do about it."""
