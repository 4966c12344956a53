"""Who may change teams but not roles never reaches more people by it."""

from threading import Thread

import pytest
from sqlalchemy import Engine, text

from app.identity.models import Team, User
from app.identity.operations.roles import create_role, role_by_key, set_rights
from app.identity.operations.teams import create_team, delete_team, move_team, rename_team
from app.identity.operations.users import change_team
from app.identity.rights import team_user_ids
from app.kernel.actor import Reach
from app.kernel.errors import NotPermitted
from tests.cast import Workspace

MANAGES = {
    ("account", "read"): Reach.TEAM,
    ("team", "manage"): Reach.ALL,
    ("user", "manage"): Reach.ALL,
}


@pytest.fixture
def tree(acme, alice, bob, dora):
    """Bob leads North, which is below Sales as South with Dora is; Alice stands in Sales."""
    with acme.acting(alice) as by:
        give(by, bob, MANAGES)
        sales = create_team(by, name="Sales")
        north = create_team(by, name="North", parent=sales)
        south = create_team(by, name="South", parent=sales)
        viewer = create_role(by, label="Looks on")
        for person, team in ((alice, sales), (bob, north), (dora, south)):
            by.session.get_one(User, person.user_id).team = team
        by.session.get_one(User, dora.user_id).role = viewer
        return {team.name: team.id for team in (sales, north, south)}


def test_he_can_t_move_himself_higher_or_beside(acme, bob, tree):
    for name in ("Sales", "South"):
        with acme.acting(bob) as by, pytest.raises(NotPermitted):
            change_team(by, me(by, bob), team(by, tree, name))
        assert reached(acme, bob) == {bob.user_id}


def test_he_can_t_take_others_into_his_team_or_below_it(acme, bob, dora, tree):
    with acme.acting(bob) as by:
        below = create_team(by, name="Below", parent=team(by, tree, "North")).id
        with pytest.raises(NotPermitted):
            change_team(by, me(by, dora), team(by, tree, "North"))
        with pytest.raises(NotPermitted):
            change_team(by, me(by, dora), by.session.get_one(Team, below))
    assert reached(acme, bob) == {bob.user_id}


def test_he_can_t_hang_a_team_with_people_below_his(acme, bob, tree):
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        move_team(by, team(by, tree, "South"), team(by, tree, "North"))
    assert reached(acme, bob) == {bob.user_id}


def test_leaving_the_tree_is_no_way_around(acme, bob, tree):
    with acme.acting(bob) as by:
        own = create_team(by, name="Own").id
        change_team(by, me(by, bob), by.session.get_one(Team, own))
    for name in ("Sales", "South"):
        with acme.acting(bob) as by, pytest.raises(NotPermitted):
            move_team(by, team(by, tree, name), by.session.get_one(Team, own))
    assert reached(acme, bob) == {bob.user_id}


def test_what_widens_nothing_stays_allowed(acme, bob, dora, tree):
    with acme.acting(bob) as by:
        north, south = team(by, tree, "North"), team(by, tree, "South")
        rename_team(by, north, name="North and east")
        empty = create_team(by, name="Empty", parent=south)
        move_team(by, empty, north)
        delete_team(by, empty)
        move_team(by, north, None)
        move_team(by, north, south)
        change_team(by, me(by, dora), team(by, tree, "Sales"))
        change_team(by, me(by, dora), None)
        change_team(by, me(by, bob), None)
    assert reached(acme, bob) == {bob.user_id}


def test_within_his_own_reach_he_moves_whom_he_likes(acme, bob, dora, tree):
    with acme.acting() as by:
        change_team(by, me(by, dora), team(by, tree, "North"))
    with acme.acting(bob) as by:
        below = create_team(by, name="Below", parent=team(by, tree, "North"))
        change_team(by, me(by, dora), below)
        move_team(by, below, None)
    assert reached(acme, bob) == {bob.user_id}


def test_who_may_manage_roles_moves_anybody(acme, alice, bob, dora, tree):
    with acme.acting(alice) as by:
        give(by, bob, {**MANAGES, ("role", "manage"): Reach.ALL})
    with acme.acting(bob) as by:
        move_team(by, team(by, tree, "South"), team(by, tree, "North"))
        change_team(by, me(by, bob), team(by, tree, "Sales"))
    assert reached(acme, bob) == {alice.user_id, bob.user_id, dora.user_id}


def test_who_reaches_by_no_team_is_not_held_up(acme, alice, bob, tree):
    with acme.acting(alice) as by:
        give(by, bob, {**MANAGES, ("account", "read"): Reach.OWN})
    with acme.acting(bob) as by:
        change_team(by, me(by, bob), team(by, tree, "Sales"))
        assert by.team_user_ids == (bob.user_id,)


def test_two_requests_at_once_widen_nothing_either(acme, bob, tree, owner):
    """Alone each is harmless: he goes to an empty team, a team with people goes below that one."""
    with acme.acting(bob) as by:
        own = create_team(by, name="Own").id
    answers = []

    def go():
        try:
            with Workspace(acme.facts, acme.engine_app).acting(bob) as by:
                change_team(by, me(by, bob), by.session.get_one(Team, own))
        except NotPermitted as answer:
            answers.append(answer)

    racer = Thread(target=go)
    with acme.acting(bob) as by:
        move_team(by, team(by, tree, "South"), by.session.get_one(Team, own))
        racer.start()
        wait_until_blocked(owner, racer)
    racer.join()
    assert len(answers) == 1
    assert reached(acme, bob) == {bob.user_id}


def test_the_browser_says_why_and_keeps_what_was_typed(acme, bob, dora, tree):
    form = {"name": "South", "parent_id": str(tree["North"])}
    refused = bob.client.post(f"/settings/teams/{tree['South']}", data=form)
    assert refused.status_code == 403
    assert "reach the records of more people than now" in refused.text
    with acme.scope() as session:
        mine = str(session.get_one(User, bob.user_id).role_id)
    form = {"role_id": mine, "team_id": str(tree["Sales"])}
    refused = bob.client.post(f"/settings/people/{bob.user_id}", data=form)
    assert refused.status_code == 403
    assert "reach the records of more people than now" in refused.text
    assert reached(acme, bob) == {bob.user_id}


def give(by, person, grants):
    """Put somebody into a fresh role with these grants."""
    role = create_role(by, label="Team lead", like=role_by_key(by.session, "viewer"))
    set_rights(by, role, grants=grants, fields={})
    by.session.get_one(User, person.user_id).role = role


def me(by, person):
    return by.session.get_one(User, person.user_id)


def team(by, tree, name):
    return by.session.get_one(Team, tree[name])


def reached(workspace, person):
    """Whose records "team and below" gives this person."""
    with workspace.scope() as session:
        return set(team_user_ids(session, session.get_one(User, person.user_id)))


def wait_until_blocked(owner: Engine, racer: Thread) -> None:
    """Return once a transaction of this database waits for another's lock, or `racer` ended."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
    )
    while racer.is_alive():
        with owner.connect() as connection:
            if connection.scalar(waiting):
                return
