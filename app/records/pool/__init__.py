"""The pool: records without an owner, claimed, returned and passed on; who may own how many."""
