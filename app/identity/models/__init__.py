"""The tables of identity, inside each tenant's schema."""

from app.identity.models.access import FieldRule, Grant, Role
from app.identity.models.doors import EmailChange, Invitation, PasswordReset
from app.identity.models.notices import Notice
from app.identity.models.people import Team, User
from app.identity.models.rules import SignInRule
from app.identity.models.sessions import ApiToken, KnownDevice, SignInChallenge, UserSession
from app.identity.models.support import SupportGrant
from app.identity.models.two_factor import RecoveryCode

__all__ = [
    "ApiToken",
    "EmailChange",
    "FieldRule",
    "Grant",
    "Invitation",
    "KnownDevice",
    "Notice",
    "PasswordReset",
    "RecoveryCode",
    "Role",
    "SignInChallenge",
    "SignInRule",
    "SupportGrant",
    "Team",
    "User",
    "UserSession",
]
