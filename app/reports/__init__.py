"""Reports over any record type: groups, measures, comparison, in the rights of whoever reads them.

`definition` says what a report is and `written` how it is kept as JSON; `meaning` is what of it one
reader may see, `statement` the one statement that is made of that, and `run` runs it. `drill` gives
the filters that open the rows behind a number.
"""
