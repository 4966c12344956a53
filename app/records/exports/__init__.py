"""Records as files: which rows and columns go out, as what, at once or by a job, and for how long.

`which` says which rows are meant and finds them in their order, `columns` what stands in each
column, `formats` which kinds of file there are, and one file each writes a kind; `make` puts them
together. `begin` is how an export is asked for, `jobs` how a long one is done, `keep` how it is
found again and when it goes.
"""
