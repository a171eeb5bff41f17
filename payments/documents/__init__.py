"""What patients are handed on paper: receipts, and superbills for their insurance."""
