"""Mentions: colleagues called by `@name` in the texts of a record.

The text itself stays plain, so that lists, filters, exports, webhooks and mails need not know of
mentions. Whom its names mean is kept beside it, as `{id: name}`, `name` being what stands behind
the @; when somebody is renamed, the texts that mention them follow.
"""
