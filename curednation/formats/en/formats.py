"""Dates as the desk writes them: "Fri, Nov 27, 2026, 4:10 pm".

That it is "pm" and not "p.m." stands in locale/en.
"""

DATE_FORMAT = "D, M j, Y"
TIME_FORMAT = "g:i a"
DATETIME_FORMAT = "D, M j, Y, g:i a"
SHORT_DATETIME_FORMAT = "D, M j, g:i a"
# A field shows the first of them, and takes all. Browsers' own date fields ask for the second.
DATE_INPUT_FORMATS = ["%m/%d/%Y", "%Y-%m-%d", "%m/%d/%y", "%b %d, %Y", "%B %d, %Y"]
