"""The tree of teams and how far it reaches."""

import pytest

from app.identity.models import Team, User
from app.identity.operations.teams import (
    DEEPEST,
    create_team,
    delete_team,
    members,
    move_team,
    rename_team,
    tree,
)
from app.identity.rights import team_user_ids
from app.kernel.errors import NotPermitted, Refused


def test_the_team_reaches_to_those_below_and_not_above_or_beside(acme, alice, bob, dora):
    with acme.acting(alice) as by:
        sales, service = create_team(by, name="Sales"), create_team(by, name="Service")
        north = create_team(by, name="North", parent=sales)
        lead, rep, other = (by.session.get_one(User, one.user_id) for one in (alice, bob, dora))
        lead.team, rep.team, other.team = sales, north, service
        by.session.flush()
        assert set(team_user_ids(by.session, lead)) == {lead.id, rep.id}
        assert set(team_user_ids(by.session, rep)) == {rep.id}


def test_moving_a_team_takes_all_below_along(acme, alice):
    with acme.acting(alice) as by:
        a, b = create_team(by, name="A"), create_team(by, name="B")
        c = create_team(by, name="C", parent=a)
        d = create_team(by, name="D", parent=c)
        move_team(by, c, b)
        assert d.path == f"{b.id}/{c.id}/{d.id}/"
        assert [team.name for team in tree(by) if team.depth == 1] == ["C"]


def test_a_team_never_comes_below_itself(acme, alice):
    with acme.acting(alice) as by:
        a = create_team(by, name="A")
        b = create_team(by, name="B", parent=a)
        for parent in (a, b):
            with pytest.raises(Refused):
                move_team(by, a, parent)


def test_teams_can_t_be_nested_without_end(acme, alice):
    with acme.acting(alice) as by:
        team = None
        for level in range(DEEPEST):
            team = create_team(by, name=f"Level {level}", parent=team)
        with pytest.raises(Refused):
            create_team(by, name="Too deep", parent=team)
        top = create_team(by, name="Top")
        with pytest.raises(Refused):
            move_team(by, top, team)


def test_a_team_with_people_or_teams_stays(acme, alice, bob):
    with acme.acting(alice) as by:
        a = create_team(by, name="A")
        b = create_team(by, name="B", parent=a)
        by.session.get_one(User, bob.user_id).team = b
        for team in (a, b):
            with pytest.raises(Refused):
                delete_team(by, team)
        assert members(by)[b.id] == 1


def test_a_rep_makes_no_teams(acme, bob):
    with acme.acting(bob) as by:
        with pytest.raises(NotPermitted):
            create_team(by, name="Mine")
        team = by.session.query(Team).first()
        if team is not None:
            with pytest.raises(NotPermitted):
                rename_team(by, team, name="Mine")


def test_teams_are_made_and_renamed_in_the_browser(acme, alice):
    assert alice.client.post("/settings/teams/new", data={"name": "华东区"}).status_code == 303
    assert "华东区" in alice.client.get("/settings/teams").text
    refused = alice.client.post("/settings/teams/new", data={"name": "  "})
    assert refused.status_code == 422
