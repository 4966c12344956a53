"""How the events of users read in the audit."""

from __future__ import annotations

from app.kernel.language import _

VERBS = {
    "created": (_("User added"), ""),
    "updated": (_("Changed the profile"), ""),
    "signed_in": (_("Signed in"), "good"),
    "sign_in_failed": (_("Failed to sign in"), "bad"),
    "signed_out": (_("Signed out"), ""),
    "session_revoked": (_("Signed a device out"), ""),
    "sessions_revoked": (_("Signed all other devices out"), ""),
    "password_changed": (_("Changed the password"), "warn"),
    "reset_requested": (_("Reset link sent"), "warn"),
    "password_reset": (_("Set a new password by link"), "warn"),
    "two_factor_enabled": (_("Turned two-factor on"), "good"),
    "two_factor_disabled": (_("Turned two-factor off"), "warn"),
    "two_factor_cleared": (_("Two-factor turned off by a colleague"), "warn"),
    "recovery_codes_renewed": (_("Renewed the recovery codes"), ""),
    "recovery_code_used": (_("Used a recovery code"), "warn"),
    "invitation_accepted": (_("Accepted an invitation"), "good"),
    "role_changed": (_("Role changed"), "info"),
    "team_changed": (_("Team changed"), "info"),
    "phone_confirmed": (_("Phone number confirmed"), ""),
    "email_change_asked": (_("Asked to change the e-mail"), ""),
    "email_confirmed": (_("Confirmed the e-mail"), "good"),
    "email_changed": (_("Changed the e-mail"), "warn"),
    "handed_over": (_("Handed over"), "warn"),
    "handover_undone": (_("Took a handover back"), "info"),
    "news_mail_stopped": (_("Stopped the mails of news by link"), ""),
    "disabled": (_("Sign-in disabled"), "bad"),
    "enabled": (_("Sign-in enabled"), "good"),
}
