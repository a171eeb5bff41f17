"""Moving subscribers between this site and other programs, as CSV files.

csv_files (the file) → csv_formats, column_names (its rows) → csv_import → subscription.bulk_import
"""
