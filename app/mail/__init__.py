"""Mail that the service sends for a workspace: rendered with the change, sent by a job.

Sent at least once: a server that takes a mail and drops the line before it says so gets the same
mail again, under the same Message-ID, by which receivers recognise it.
"""
