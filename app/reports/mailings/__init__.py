"""Reports that are mailed on schedule: to whoever set it up, and to colleagues who may see them.

`plan` keeps to whom and when, `when` finds the next time, `send` is the job of each mail, `stop` is
the address in it. Each reader gets the report made with their own access.
"""
