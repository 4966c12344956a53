"""The documentation of the workspace's API as pages, made from the document that programs read.

`read` turns the document into groups of calls, `examples` writes what a call looks like as a
command and as a program, `words` says what a call does.
"""

from app.records.pages.api_docs.read import Call, Group, Row, groups_of, matching

__all__ = ["Call", "Group", "Row", "groups_of", "matching"]
