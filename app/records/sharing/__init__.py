"""What widens access beyond roles: sharing rules of the workspace, and followers of a record.

Both only lengthen the reach of a verb that a role grants already; neither gives a verb. `rules`
and `followers` are read where access is decided, `operations` change them.
"""
