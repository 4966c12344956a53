"""How own fields show themselves: in everybody's list, on the record's page, beside the list."""

from __future__ import annotations

from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.settings.conftest import COLOURS, Define

RED = '<span class="pill pill-bad">Red</span>'
PANEL = {"HX-Request": "true", "HX-Target": "div#peek-body"}
GREY = tuple({"label": one["label"]} for one in COLOURS)


def test_an_option_shows_its_colour(acme: Workspace, alice: Person, define: Define) -> None:
    define("choice")
    with acme.acting(alice) as by:
        url = f"/accounts/{make_account(by, x_wood='red').id}"
    assert RED in alice.client.get("/accounts?cols=x_wood").text
    assert RED in alice.client.get(url).text
    assert RED in alice.client.get(url, headers=PANEL).text


def test_options_without_colours_stay_plain_words(
    acme: Workspace, alice: Person, define: Define
) -> None:
    define("choice", options=GREY)
    with acme.acting(alice) as by:
        url = f"/accounts/{make_account(by, x_wood='red').id}"
    for path in ("/accounts?cols=x_wood", url):
        page = alice.client.get(path).text
        assert "Red" in page
        assert '<span class="pill">Red</span>' not in page


def test_only_a_required_field_becomes_a_column_of_everybody_s_list(
    acme: Workspace, alice: Person, bob: Person, define: Define
) -> None:
    define(label="Asked", is_required=True)
    define(label="Sorted", is_filterable=True)
    define("long_text", label="Story", is_required=True)
    with acme.acting(alice) as by:
        make_account(by, owner_id=str(bob.user_id), x_asked="Oak", x_story="Long ago")
    page = bob.client.get("/accounts").text
    assert 'data-col="x_asked"' in page
    assert 'data-col="x_sorted"' not in page
    assert 'data-col="x_story"' not in page
    form = bob.client.get("/accounts/columns").text
    for key in ("x_asked", "x_sorted", "x_story"):
        assert f'value="{key}"' in form
    assert 'data-col="x_story"' in bob.client.get("/accounts?cols=x_story").text
