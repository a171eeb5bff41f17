"""A clinic that has grown: how long its staff wait for a page, and a worker for a periodic task."""
