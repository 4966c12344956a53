"""Documents made of records: a layout, data that is kept, a PDF that can be made again.

`layouts` says what can be made of which type, `letterhead` what the firm puts on all of them,
`make` makes one, `find` finds those of a record.
"""
