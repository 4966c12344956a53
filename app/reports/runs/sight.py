"""What decides which rows, fields and names a reader sees of a report, as one digest.

A result that was kept is shown while it is the same. It changes with the reader's role, team and
rules, with what is shared with them or followed, and with the fields of the workspace.
"""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

from app.kernel import stamps
from app.kernel.actor import Actor
from app.records.registry import registry
from app.records.sharing import rules
from app.records.sharing.followers import followed
from app.records.tailored import STAMP as TYPES
from app.records.worktime.kept import STAMP as BUSINESS_TIME
from app.reports.engine.definition import Definition
from app.reports.engine.meaning import Meaning
from app.reports.engine.written import write

STAMPS = (stamps.PEOPLE, TYPES, rules.STAMP, BUSINESS_TIME)


def digest_of(definition: Definition) -> str:
    """The name of a definition: of two that are the same it is the same.

    Which of its numbers a chart draws makes no other of it, as the same is counted.
    """
    return _digest(write(replace(definition, drawn=0)))


def sight_of(meaning: Meaning, by: Actor) -> str:
    """What `by` sees of a report, as a digest."""
    rights = by.rights
    return _digest(
        [
            str(by.user_id),
            str(by.person_id),
            rights.is_owner,
            rights.pooled,
            sorted([*key, int(reach)] for key, reach in rights.grants.items()),
            sorted([*key, int(access)] for key, access in rights.fields.items()),
            None if rights.scopes is None else sorted(rights.scopes),
            sorted(str(one) for one in by.team_user_ids),
            sorted(str(one) for one in by.groups),
            sorted(by.tenant.modules),
            by.tenant.zone,
            by.tenant.language,
            by.tenant.country,
            [str(stamps.stamp(by.session, one)) for one in STAMPS],
            [sorted(str(one) for one in followed(by, kind.key)) for kind in registry()],
            write(meaning.asked),
        ]
    )


def _digest(said: object) -> str:
    return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
