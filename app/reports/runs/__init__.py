"""Reports that took too long for a page: made by a job, and kept for whoever waited.

`begin` asks for one, `make` is its job, `find` gives it back while its reader may see the same.
"""
