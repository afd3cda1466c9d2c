"""The worklist: rows, views and counts, work on many cases at once, and the holds."""
