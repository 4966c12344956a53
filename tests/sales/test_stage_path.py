"""The stages on top of an opportunity: where it is, how it came there, and how it goes on."""

from __future__ import annotations

from html import unescape

from app.kernel.actor import FieldAccess
from app.modules import install_record_types
from app.records.door import perform
from app.sales.models import Opportunity
from tests.cast import Person, Workspace
from tests.factories import make_opportunity
from tests.sales.conftest import narrow, usual

install_record_types()


def path_of(person: Person, url: str) -> str:
    """The stages on a page; empty where there are none."""
    return unescape(person.client.get(url).text).partition('class="stage-path"')[2]


def test_the_stages_stand_on_top_of_an_opportunity_and_move_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        sale = make_opportunity(by)
        url, version = f"/opportunities/{sale.id}", str(sale.version)
        known = [(one.id, one.name["en"]) for one in usual(by).in_use]
    shown, _mark, history = path_of(alice, url).partition("How it came here")
    places = [shown.index(name) for _id, name in known]
    assert places == sorted(places)
    assert known[0][1] in shown.partition('aria-current="step"')[2].partition("</li>")[0]
    assert "Alice Archer" in history.partition("</table>")[0]
    form = {"field": "stage_id", "value": known[1][0], "version": version, "next": url}
    moved = alice.client.post(f"{url}/move", data=form)
    assert (moved.status_code, moved.headers["Location"]) == (303, url)
    with acme.acting(alice) as by:
        assert by.session.get_one(Opportunity, sale.id).stage_id == known[1][0]
    assert known[1][1] in path_of(alice, url).partition('aria-current="step"')[2].split("</li>")[0]


def test_who_may_not_see_the_stage_sees_no_path_and_who_only_reads_moves_nothing(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        sale = make_opportunity(by, owner_id=str(bob.user_id))
        url = f"/opportunities/{sale.id}"
    assert f'action="{url}/move"' in path_of(bob, url)
    narrow(acme, bob, "stage_id", FieldAccess.READ)
    read = path_of(bob, url)
    assert read
    assert f'action="{url}/move"' not in read
    narrow(acme, bob, "stage_id", FieldAccess.HIDDEN)
    assert path_of(bob, url) == ""
    with acme.acting(alice) as by:
        perform(
            "opportunity", "lose", by.session.get_one(Opportunity, sale.id), by=by, reason="price"
        )
    assert f'action="{url}/move"' not in path_of(alice, url)


def test_the_path_alone_is_told_for_the_page_that_shows_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        sale = make_opportunity(by)
        url = f"/opportunities/{sale.id}"
        second = usual(by).in_use[1]
        perform("opportunity", "update", sale, by=by, stage_id=second.id)
    alone = alice.client.get(f"{url}/path", headers={"HX-Request": "true"})
    assert alone.status_code == 200
    assert "<html" not in alone.text
    here = unescape(alone.text).partition('aria-current="step"')[2].partition("</li>")[0]
    assert second.name["en"] in here
    assert bob.client.get(f"{url}/path").status_code == 404
