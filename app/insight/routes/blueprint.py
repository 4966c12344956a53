"""The blueprint of insight, none of whose addresses is there while the module is off."""

from flask import Blueprint

from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.web import current

blueprint = Blueprint("insight", __name__, template_folder="../templates")


def is_on(by: Actor) -> bool:
    """True where the workspace has insight switched on, and so its calls described."""
    return by.tenant.allows("insight")


@blueprint.before_request
def demand_module() -> None:
    """Missing where the workspace has switched insight off."""
    tenant = current.tenant_or_none()
    if tenant is None or not tenant.allows("insight"):
        raise Missing(_("There is no such page."))
