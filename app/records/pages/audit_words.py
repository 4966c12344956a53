"""How the audit says what happened, to whom or to what, and in which way."""

from __future__ import annotations

from collections.abc import Mapping

from app.identity import permissions
from app.identity.audit_words import VERBS as OF_PEOPLE
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.registry import registry
from app.records.tailored import switched_on

Said = tuple[Text, str]  # What happened, and the tone of its pill.

VERBS: Mapping[str, Said] = {
    "created": (_("Added"), "good"),
    "updated": (_("Edited"), ""),
    "deleted": (_("Deleted"), "bad"),
    "restored": (_("Brought back"), "info"),
    "erased": (_("Erased for good"), "bad"),
    "followed": (_("Follower added"), "info"),
    "unfollowed": (_("Follower removed"), ""),
    "merged": (_("Merged with others"), "warn"),
    "merged_into": (_("Merged into another"), "warn"),
    "unmerged": (_("Merge undone"), "info"),
    "told_apart": (_("Said to be no duplicate"), "info"),
    "suspected_again": (_("Taken back: no duplicate"), ""),
    "renamed": (_("Renamed"), ""),
    "moved": (_("Moved"), ""),
    "lead_changed": (_("Lead changed"), "info"),
    "revoked": (_("Revoked"), "warn"),
    "rights_changed": (_("Permissions changed"), "warn"),
    "preview_begun": (_("Began to see as this role"), "warn"),
    "preview_ended": (_("Ended seeing as this role"), ""),
    "retired": (_("Retired"), "warn"),
    "exported": (_("Exported"), "warn"),
    "imported": (_("Rows imported"), "warn"),
    "refused": (_("Refused"), "bad"),
    "import_undone": (_("Import undone"), "warn"),
    "downloaded": (_("Downloaded"), "warn"),
    "file_added": (_("File added"), "good"),
    "file_replaced": (_("File replaced"), ""),
    "file_renamed": (_("File renamed"), ""),
    "file_described": (_("File described"), ""),
    "file_deleted": (_("File deleted"), "bad"),
    "file_restored": (_("File brought back"), "info"),
    "document_linked": (_("Public link made"), "warn"),
    "document_opened": (_("Opened by public link"), "info"),
    "document_unlinked": (_("Public link revoked"), ""),
    "ordered": (_("Put in order"), ""),
    "switched_on": (_("Turned on"), "good"),
    "switched_off": (_("Turned off"), "warn"),
    "kept": (_("Left as it was"), ""),
    "secret_changed": (_("Secret changed"), "warn"),
    "mailing_planned": (_("Mailed on schedule"), "info"),
    "mailing_changed": (_("Schedule of mails changed"), ""),
    "mailing_ended": (_("No longer mailed"), "warn"),
    "mailing_stopped": (_("Mails stopped by their reader"), ""),
    "mailed": (_("E-mail written"), "good"),
    "taken_back": (_("E-mail taken back"), ""),
    "sent_again": (_("E-mail sent again"), "info"),
    "sent": (_("E-mail sent"), "good"),
    "received": (_("E-mail received"), "info"),
    "bounced": (_("E-mail not delivered"), "bad"),
    "complained": (_("E-mail reported as unwanted"), "warn"),
    "confirmed": (_("Sender confirmed"), "good"),
    "record_found": (_("Record found"), "good"),
    "record_lost": (_("Record gone"), "bad"),
    "unreachable": (_("Address takes no e-mails"), "warn"),
    "reachable": (_("Address takes e-mails again"), "info"),
    "takeout_begun": (_("Asked for everything in one file"), "warn"),
    "taken_out": (_("Put everything into one file"), "warn"),
    "takeout_fetched": (_("Downloaded everything"), "warn"),
    "takeout_deleted": (_("Deleted the file with everything"), ""),
    "farewell_asked": (_("Asked that the workspace be erased"), "bad"),
    "farewell_taken_back": (_("The workspace stays after all"), "good"),
    "support_allowed": (_("Allowed support access"), "warn"),
    "support_entered": (_("Support came in"), "warn"),
    "support_ended": (_("Support access ended"), "info"),
    "support_withdrawn": (_("Support access ended: they work for the service no more"), "warn"),
    "approval_requested": (_("Approval asked for"), "info"),
    "approval_approved": (_("Approval given"), "good"),
    "approval_rejected": (_("Approval refused"), "bad"),
    "approval_recalled": (_("Approval no longer asked for"), ""),
}
SUBJECTS: Mapping[str, Text] = {
    "user": _("User"),
    "team": _("Team"),
    "role": _("Role"),
    "token": _("API token"),
    "sign_in_rules": _("Sign-in rules"),
    "invitation": _("Invitation"),
    "field": _("Field"),
    "view": _("Saved view"),
    "workspace": _("Workspace"),
    "retention": _("Retention"),
    "sharing": _("Sharing rule"),
    "plan": _("Activity plan"),
    "report": _("Report"),
    "home": _("Home of a role"),
    "export": _("Export"),
    "import": _("Import"),
    "calendar_feed": _("Calendar subscription"),
    "webhook": _("Webhook"),
    "template": _("Text template"),
    "exchange_rate": _("Exchange rate"),
    "rate_source": _("Source of daily rates"),
    "business_calendar": _("Business calendar"),
    "fiscal_year": _("Fiscal year"),
    "number_sequence": _("Numbers"),
    "assignment_rule": _("Assignment rule"),
    "pool": _("Pool"),
    "message": _("Mail"),
    "mail_sender": _("Sender"),
    "mail_server": _("Mail server"),
    "mail_domain": _("Mail domain"),
    "letterhead": _("Letterhead"),
    "approval_rule": _("Rule of approval"),
    "authority": _("Authority"),
    "module": _("Module"),
    "pipeline": _("Pipeline"),
    "target": _("Target"),
}
VIAS: Mapping[str, Text] = {
    "web": _("On the web"),
    "api": _("By API"),
    "import": _("By import"),
    "job": _("Automatically"),
    "command": _("By command"),
    "samples": _("Sample data"),
    "support": _("By support of the service"),
}
KEYS: Mapping[str, Text] = {  # What changed of a subject that is no record.
    "name": _("Name"),
    "looked_as": _("As"),
    "label": _("Name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "role_id": _("Role"),
    "team_id": _("Team"),
    "parent_id": _("Below"),
    "lead_id": _("Team lead"),
    "audience": _("Who sees it"),
    "query": _("Filters and columns"),
    "roles": _("Where roles begin"),
    "language": _("Language"),
    "zone": _("Time zone"),
    "is_active": _("May sign in"),
    "deleted_days": _("Days that deleted records are kept"),
    "sharing": _("Shared"),
    "record_types": _("For records of these kinds"),
    "widgets": _("Widgets"),
    "records": _("Records"),
    "steps": _("Steps"),
    "event_months": _("Months that the history is kept"),
    "record_type": _("Record type"),
    "rows": _("Rows"),
    "files": _("Files"),
    "operator": _("Who of the service"),
    "until": _("Until"),
    "may_write": _("May change records"),
    "password_length": _("Characters of a password"),
    "two_factor": _("Two-factor sign-in"),
    "two_factor_roles": _("Roles that need it"),
    "grace_days": _("Days to set it up"),
    "idle_hours": _("Hours without use"),
    "longest_days": _("Days at the most"),
    "format": _("Format"),
    "file": _("File"),
    "url": _("Web address"),
    "events": _("Events"),
    "purpose": _("What it is for"),
    "subject": _("Subject"),
    "body": _("Text"),
    "address": _("Address"),
    "reply_to": _("Answers go to"),
    "footer": _("Footer"),
    "bank": _("Bank account"),
    "colour": _("Colour"),
    "logo": _("Logo"),
    "seal": _("Seal"),
    "document": _("Document"),
    "reason": _("Reason"),
    "currency": _("Currency"),
    "currencies": _("Currencies to keep"),
    "rate": _("Rate"),
    "rate_on": _("From day"),
    "country": _("Country"),
    "region": _("Region"),
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
    "day": _("Day"),
    "is_default": _("Default"),
    "first_month": _("It begins in"),
    "pattern": _("Pattern"),
    "resets": _("Begins with 1 again"),
    "named_by_start": _("Named after the year in which it begins"),
    "is_on": _("Switched on"),
    "cap": _("Cap"),
    "rule": _("Rule"),
    "hold_days": _("Days until the same person may claim again"),
    "hidden": _("Hidden before it is claimed"),
    "limit": _("Limit"),
    "approved_by": _("Approved by"),
    "stages": _("Stages"),
    "position": _("Order"),
    "is_retired": _("Retired"),
    "amount": _("Amount"),
    "month": _("Month"),
}
REACHES: Mapping[str, Text] = {  # The values of a change of permissions.
    "OWN": _("Own"),
    "TEAM": _("Team and below"),
    "ALL": _("All"),
    "HIDDEN": _("Hidden"),
    "READ": _("Read only"),
    "WRITE": _("May change"),
}
ORIGIN = ("address", "agent")  # Where somebody signed in from: told without what was before.


def say(record_type: str, verb: str) -> Said:
    """What happened, in words; a declared action says how its event is called."""
    if record_type == "user" and verb in OF_PEOPLE:
        return OF_PEOPLE[verb]
    known = VERBS.get(verb)
    if known is not None:
        return known
    declared = registry().get(record_type)
    for action in declared.actions if declared else ():
        if action.event == verb:
            return (action.event_label, "")
    return (Text(verb), "")


def changed(key: str, by: Actor) -> Text | str:
    """What a change of a subject that is no record is about; `account:read` is a permission."""
    kind, separator, rest = key.replace(".", ":").partition(":")
    group = permissions.find(kind, by.tenant) if separator else None
    if group is None:
        return KEYS.get(key, key)
    choice = next((one for one in (*group.verbs, *group.fields) if one.key == rest), None)
    return f"{group.label} · {choice.label if choice else rest}"


def subjects(by: Actor) -> dict[str, Text]:
    """Everything that events are about, by the type that they carry."""
    return {one.key: one.words.one for one in switched_on(by)} | dict(SUBJECTS)


def verbs(by: Actor) -> dict[str, Text]:
    """Everything that can happen, to narrow the audit by."""
    found = {verb: said[0] for verb, said in VERBS.items()}
    for one in switched_on(by):
        found |= {action.event: action.event_label for action in one.actions}
    return found | {verb: said[0] for verb, said in OF_PEOPLE.items() if verb not in found}
