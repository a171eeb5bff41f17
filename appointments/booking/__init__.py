"""The workflow of appointments: it alone changes a status. Views, admin and tasks call it.

`rules` holds what every change keeps to, `patients` whose record a visit stands in and that nobody
is booked twice at one time, `pressure` how much is taken of late, `holds` the slot kept while a
patient fills in the form, `visits` the visit from booked to over, `moves` its other times,
`staff_booking` and `follow_ups` what staff book and move for patients, `corrections` and
`record_merging` what they put right.
"""
