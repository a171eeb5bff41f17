"""Signalling: how two browsers find each other. A process of its own, beside the site.

`protocol` and `room` are pure; `server` is the process, which `python -m visits.signalling` starts.
The site hands out `tickets`, and tells the process by `publish` what has changed.
"""
