"""Work done later: enqueued in the transaction of the change that causes it, run by `zuke worker`.

A job runs at least once. Its effects and the note that it is done are two transactions, and a
worker may be killed between them, so a job's function must bear being run twice.
"""
