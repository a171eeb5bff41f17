"""What staff have typed into a form of the admin and not saved, kept so that nothing gets lost.

`storage` keeps it, `admin_forms` is the part of an admin class that does.
"""
