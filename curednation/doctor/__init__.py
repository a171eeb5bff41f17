"""What `manage.py doctor` tries, besides all that is looked at every minute (`core.monitoring`).

Each module answers one question an operator has on the first day, and says what to do.
"""
