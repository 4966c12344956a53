"""The record framework: facts are declared once, and all that users expect derives from them.

It names no concrete type; `app/crm` and the modules declare theirs on it.
"""
