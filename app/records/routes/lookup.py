"""Finding records: for the boxes of references, for the palette, and on a page of results."""

from __future__ import annotations

from flask import Response, request

from app.kernel.errors import Missing, NotPermitted
from app.kernel.language import _
from app.records.pages.everywhere import find_everywhere, find_recent
from app.records.pages.finding import find_records, find_users, look_up_countries
from app.records.registry import registry
from app.records.routes.blueprint import blueprint
from app.records.tailored import tailored
from app.web import current
from app.web.access import access
from app.web.render import fragment, page


@blueprint.get("/lookup/<key>")
@access(record_verb="read")
def look_up(key: str) -> Response:
    """What fits the words in a box: records, colleagues (`user`) or countries (`country`)."""
    by = current.actor()
    words = request.args.get("q", "")
    if key == "user":
        return fragment("records/_options.html", found=find_users(words, by))
    if key == "country":
        return fragment("records/_options.html", found=look_up_countries(words, by))
    record_type = registry().get(key)
    if record_type is None or not by.tenant.allows(record_type.module):
        raise Missing(_("There is no such record type."))
    if not by.may(key, "read"):
        raise NotPermitted(_("Your role does not allow this."))
    found = find_records(tailored(key, by), words, by, is_offer=True)
    return fragment("records/_options.html", found=found)


@blueprint.get("/search")
@access()
def search() -> Response:
    """Records of every type by the words of a search: in the palette, or on a page.

    Without words, what the reader opened or changed lately.
    """
    words, by = request.args.get("q", "").strip(), current.actor()
    groups = find_everywhere(words, by) if words else find_recent(by)
    if request.args.get("fmt") == "palette":
        return fragment("_palette_results.html", groups=groups)
    return page("records/search.html", words=words, groups=groups)
