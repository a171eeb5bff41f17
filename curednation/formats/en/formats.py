"""Dates as the desk writes them: "Fri, Nov 27, 2026, 4:10 pm".

That it is "pm" and not "p.m." stands in locale/en.
"""

DATE_FORMAT = "D, M j, Y"
TIME_FORMAT = "g:i a"
DATETIME_FORMAT = "D, M j, Y, g:i a"
SHORT_DATETIME_FORMAT = "D, M j, g:i a"
