"""How dates and times are written, for each language: Django looks for them here."""
