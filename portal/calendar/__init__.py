"""A patient's own visits in their own calendar program, by secret addresses that they revoke."""
