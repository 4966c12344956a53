"""Text templates: what a firm writes once and sends many times, with fields of a record in it.

`engine` is the language (Liquid within limits), `values` and `variables` are what stands in it,
`render` fills a template in for one record, `operations` keeps templates and what they were.
"""
