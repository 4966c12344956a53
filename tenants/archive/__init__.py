"""One workspace as one file: everything that it holds, to be kept, moved, cloned or taken along.

`manifest` says what such a file holds, `write` makes one, `check` looks whether it is whole and
nothing else, `restore` makes a workspace of it. The format is described in `docs/leaving.md`.
"""
