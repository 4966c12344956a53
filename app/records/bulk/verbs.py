"""What can be done with many records at once: the words of each verb, and who is offered it."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor, Reach
from app.kernel.errors import Missing
from app.kernel.language import Text, _, gettext, ngettext
from app.records.access import writable_keys
from app.records.merge.rights import may_merge
from app.records.pool.facts import REASSIGN
from app.records.types import Action, Choose, RecordType
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class BulkVerb:
    """One verb: how its button and its question read, and how its receipt tells it.

    `needs` is the verb of the record type that the role must allow. `ask`, `title` and `told` hold
    `%(what)s`, the number of records in words. `fields` are the keys that its form asks for at
    once; `is_open` lets the person choose more.
    """

    name: str
    needs: str
    label: Text
    ask: Text
    title: Text
    told: Text
    icon: str
    fields: tuple[str, ...] = ()
    is_open: bool = False
    is_danger: bool = False
    undoes_by: str = ""  # The action that takes a declared action back.
    undoes_of: str = ""  # The key in which that action is told which change it takes back.
    choose: Choose | None = None  # What an action asks for, the same for all records.
    can_undo: bool = True
    result: Text | None = None  # What a declared action did: Marked as done.
    moves_fields: bool = (
        False  # It is undone by giving the fields that it changed their old values.
    )

    @property
    def undo_needs(self) -> str:
        """The verb that the role must allow to take it back."""
        if self.name == "delete":
            return "delete"
        return "update" if self.moves_fields else self.undoes_by or self.needs


ASSIGN = BulkVerb(
    "assign",
    "update",
    _("Assign"),
    _("Assign %(what)s to somebody?"),
    _("Assign %(what)s"),
    _("Assigned %(what)s"),
    "user-plus",
    fields=("owner_id",),
)
UPDATE = BulkVerb(
    "update",
    "update",
    _("Edit fields"),
    _("Change %(what)s?"),
    _("Change %(what)s"),
    _("Changed %(what)s"),
    "pencil",
    is_open=True,
)
TAG = BulkVerb(
    "tag",
    "update",
    _("Tag"),
    _("Tag %(what)s?"),
    _("Tag %(what)s"),
    _("Tagged %(what)s"),
    "tag",
    fields=("tags",),
)
UNTAG = BulkVerb(
    "untag",
    "update",
    _("Untag"),
    _("Take tags off %(what)s?"),
    _("Untag %(what)s"),
    _("Untagged %(what)s"),
    "tag-off",
    fields=("tags",),
)
DELETE = BulkVerb(
    "delete",
    "delete",
    _("Delete"),
    _("Delete %(what)s?"),
    _("Delete %(what)s"),
    _("Deleted %(what)s"),
    "trash",
    is_danger=True,
)
MERGE = BulkVerb(  # It has a page of its own, and is no change that is done to each record.
    "merge",
    "delete",
    _("Merge"),
    _("Merge %(what)s?"),
    _("Merge %(what)s"),
    _("Merged %(what)s"),
    "git-merge",
)
UNDO = BulkVerb(
    "undo",
    "read",
    _("Undo"),
    _("Undo the change of %(what)s?"),
    _("Undo the change of %(what)s"),
    _("Took back the change of %(what)s"),
    "arrow-back-up",
    can_undo=False,
)
STANDARD = (ASSIGN, UPDATE, TAG, UNTAG, DELETE)


def offered(record_type: RecordType, by: Actor) -> list[BulkVerb]:
    """The verbs that `by` may use on some records of the type: changes, actions, deletion."""
    if by.tenant.is_read_only:
        return []
    writable = writable_keys(record_type, by)
    verbs = [one for one in STANDARD if one is not DELETE and _has_use(one, writable)]
    actions = [
        one
        for one in record_type.actions
        if _is_for_many(one) and not one.asks_always and one.is_offered(by)
    ]
    verbs += [of_action(one) for one in actions]
    spare = _spare(record_type, by)
    verbs = [one for one in verbs if one.name != spare]
    if may_merge(record_type, by):
        verbs.append(MERGE)
    verbs.append(DELETE)
    return [one for one in verbs if by.may(record_type.key, one.needs)]


def _spare(record_type: RecordType, by: Actor) -> str:
    """Of the two verbs that give records an owner, the one of no use here.

    What is in the pool is passed on; elsewhere the owner is changed, unless the role lets pass on
    what it does not let change.
    """
    if record_type.pool is None:
        return ""
    if by.rights.pooled == record_type.key:
        return ASSIGN.name
    further = by.rights.reach(record_type.key, REASSIGN) or Reach.POOL
    reach = by.rights.reach(record_type.key, "update") or Reach.POOL
    return REASSIGN if reach >= further else ASSIGN.name


def verb_called(record_type: RecordType, name: str) -> BulkVerb:
    """The verb of this name, offered or not; Missing when the type has none such."""
    found = next((one for one in (*STANDARD, UNDO) if one.name == name), None)
    action = record_type.action(name)
    if found is None and action is not None and _is_for_many(action):
        found = of_action(action)
    if found is None:
        raise Missing(_("There is no such action."))
    return found


def _is_for_many(action: Action) -> bool:
    """True when it needs nothing but what can be chosen for all records at once."""
    return not action.inputs or action.choose is not None


def of_action(action: Action) -> BulkVerb:
    """A declared action as a verb for many records."""
    return BulkVerb(
        action.name,
        action.name,
        action.label,
        _("%(action)s: %(what)s?"),
        _("%(action)s: %(what)s"),
        _("%(result)s: %(what)s"),
        action.icon,
        undoes_by=action.undo,
        undoes_of=action.undo_of,
        can_undo=bool(action.undo) or action.moves_fields,
        moves_fields=action.moves_fields,
        choose=action.choose,
        result=action.result,
    )


def _has_use(verb: BulkVerb, writable: frozenset[str]) -> bool:
    return set(verb.fields) <= writable and bool(writable)


def worded(verb: BulkVerb, text: Text, record_type: RecordType, count: int, by: Actor) -> str:
    """One of a verb's sentences about so many records, in the language in use."""
    one, many = record_type.words.count
    what = ngettext(one, many, count, n=formats(by).number(count))
    result = verb.result or verb.label
    return gettext(text.message, what=what, action=str(verb.label), result=str(result))
