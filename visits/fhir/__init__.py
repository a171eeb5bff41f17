"""What visits hand on of a record in FHIR R4: how each took place, was asked, signed and written.

`parts.register` adds it to the bundles of `appointments.patient_records.fhir`.
"""
