"""Files on records: whatever somebody sends, kept for those who may read the record.

`names` cleans what a file is called, `kinds` tells by its content what it is, `storage` counts what
a workspace keeps; `operations` adds, renames, replaces, deletes and brings back, `find` hands out
what may be read, `drawing` and `draw` make small pictures, `leaving` takes files along when their
record goes for good, `packing` puts many into one.
"""
