"""The lines of a paper: what is offered, ordered or billed, one piece for all that have such."""
