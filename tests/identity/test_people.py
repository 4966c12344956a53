"""Users: who may change whom, and that a workspace keeps an owner."""

import pytest
from sqlalchemy import select

from app.identity.models import User
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import (
    change_role,
    confirm_phone,
    create_user,
    disable_user,
    enable_user,
    list_users,
    update_profile,
)
from app.kernel.errors import NotPermitted, Refused
from tests.cast import visitor
from tests.identity.conftest import type_password


def test_the_last_owner_can_be_neither_disabled_nor_demoted(acme, alice):
    with acme.acting(alice) as by:
        me = by.session.get_one(User, alice.user_id)
        with pytest.raises(Refused):
            disable_user(by, me)
        with pytest.raises(Refused):
            change_role(by, me, role_by_key(by.session, "viewer"))


def test_a_second_owner_makes_room_for_the_first_to_go(acme, alice, bob):
    with acme.acting(alice) as by:
        me, second = (by.session.get_one(User, one.user_id) for one in (alice, bob))
        change_role(by, second, role_by_key(by.session, "owner"))
        change_role(by, me, role_by_key(by.session, "admin"))
    with acme.acting(bob) as by, pytest.raises(Refused):
        disable_user(by, by.session.get_one(User, bob.user_id))


def test_a_disabled_owner_does_not_count(acme, alice, bob):
    with acme.acting(alice) as by:
        second = by.session.get_one(User, bob.user_id)
        change_role(by, second, role_by_key(by.session, "owner"))
        disable_user(by, second)
        with pytest.raises(Refused):
            disable_user(by, by.session.get_one(User, alice.user_id))


def test_an_admin_touches_no_owner_and_makes_none(acme, alice, bob, dora):
    make_admin(acme, bob)
    with acme.acting(bob) as by:
        owner, viewer = (by.session.get_one(User, one.user_id) for one in (alice, dora))
        with pytest.raises(NotPermitted):
            disable_user(by, owner)
        with pytest.raises(NotPermitted):
            change_role(by, owner, role_by_key(by.session, "viewer"))
        with pytest.raises(NotPermitted):
            change_role(by, viewer, role_by_key(by.session, "owner"))
        with pytest.raises(NotPermitted):
            change_role(by, by.session.get_one(User, bob.user_id), role_by_key(by.session, "owner"))


def test_a_rep_can_raise_nobody_not_even_herself(acme, bob):
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        change_role(by, by.session.get_one(User, bob.user_id), role_by_key(by.session, "admin"))


def test_a_rep_and_a_viewer_reach_no_page_about_others(bob, dora):
    for page in ("people", "teams", "roles", "tokens", "audit"):
        assert bob.client.get(f"/settings/{page}").status_code == 403
        assert dora.client.get(f"/settings/{page}").status_code == 403


def test_an_owner_reaches_them_all(alice):
    for page in ("", "/me", "/people", "/teams", "/roles", "/tokens", "/audit"):
        assert alice.client.get(f"/settings{page}").status_code == 200


def test_a_demotion_holds_at_the_next_request(acme, alice, bob):
    make_admin(acme, bob)
    assert bob.client.get("/settings/people").status_code == 200
    with acme.acting(alice) as by:
        change_role(by, by.session.get_one(User, bob.user_id), role_by_key(by.session, "viewer"))
    assert bob.client.get("/settings/people").status_code == 403


def test_whoever_is_enabled_again_signs_in_with_the_old_password(app, acme, alice, bob):
    with acme.acting(alice) as by:
        user = by.session.get_one(User, bob.user_id)
        disable_user(by, user)
        enable_user(by, user)
    assert type_password(visitor(app, acme), bob.email, bob.password).status_code == 303


def test_two_people_can_t_have_one_email_in_any_case(acme, alice):
    with acme.acting(alice) as by, pytest.raises(Refused):
        create_user(
            by, email="ALICE@acme.example", name="A", role=role_by_key(by.session, "viewer")
        )


def test_a_changed_phone_number_has_to_be_confirmed_again(acme, alice, bob):
    with acme.acting(alice) as by:
        user = by.session.get_one(User, bob.user_id)
        update_profile(by, user, name="Bob", phone="020 7946 0001", language="", zone="")
        confirm_phone(by, user)
        assert user.phone_confirmed_at is not None
        update_profile(by, user, name="Bob", phone="020 7946 0002", language="", zone="")
        assert user.phone_confirmed_at is None


def test_one_phone_number_signs_in_one_person(acme, alice, bob):
    with acme.acting(alice) as by:
        for person in (alice, bob):
            user = by.session.get_one(User, person.user_id)
            update_profile(by, user, name=user.name, phone="020 7946 0001", language="", zone="")
        confirm_phone(by, by.session.get_one(User, alice.user_id))
        with pytest.raises(Refused):
            confirm_phone(by, by.session.get_one(User, bob.user_id))


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../../etc/passwd", "/etc/passwd"])
def test_a_zone_that_does_not_exist_is_refused(acme, alice, zone):
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        with pytest.raises(Refused):
            update_profile(by, user, name="Alice", phone="", language="", zone=zone)


def test_a_name_is_one_line(acme, alice):
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        update_profile(by, user, name="Al\r\nice\u2028 A\u202er", phone="", language="", zone="")
        assert user.name == "Al ice A r"


def test_people_are_found_by_name_in_pinyin_and_by_email(acme, alice):
    with acme.acting(alice) as by:
        create_user(
            by, email="wxm@acme.example", name="王小明", role=role_by_key(by.session, "viewer")
        )
        for words in ("小明", "wang", "WXM@"):
            assert [user.name for user in list_users(by, query=words)] == ["王小明"]


def test_a_role_is_changed_in_the_browser(acme, alice, bob):
    with acme.scope() as session:
        admin = role_by_key(session, "admin").id
    url = f"/settings/people/{bob.user_id}"
    assert bob.name in alice.client.get(url).text
    assert alice.client.post(url, data={"role_id": str(admin)}).status_code == 303
    with acme.scope() as session:
        assert session.scalars(select(User.role_id).where(User.id == bob.user_id)).one() == admin


def make_admin(workspace, person):
    with workspace.scope() as session:
        session.get_one(User, person.user_id).role = role_by_key(session, "admin")


@pytest.mark.parametrize(
    "path", ["/settings/people/invite", "/settings/teams/new", "/settings/roles/new"]
)
def test_a_refused_form_that_a_script_sent_comes_back_alone(alice, path):
    sent = {"HX-Request": "true", "HX-Target": "form#invite-form"}
    answer = alice.client.post(path, data={"email": "bad"}, headers=sent)
    assert answer.status_code == 422
    assert "<form" in answer.text
    assert "<html" not in answer.text
    assert "<html" in alice.client.post(path, data={"email": "bad"}).text


def test_time_zones_are_chosen_by_area_and_city(acme, alice):
    page = alice.client.get("/settings/me").text
    assert '<optgroup label="Asia">' in page
    assert page.count("Kolkata (+05:30)") == 1
    assert '<option value="Asia/Kolkata">Kolkata (+05:30)</option>' in page
    alice.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    page = alice.client.get("/settings/me").text
    assert '<option value="Asia/Shanghai">上海（+08:00）</option>' in page
    assert '<option value="Asia/Kolkata">加尔各答（+05:30）</option>' in page


def test_a_zone_by_a_name_that_is_offered_no_more_stays_chosen(acme, alice):
    with acme.scope() as session:
        session.get_one(User, alice.user_id).zone = "Asia/Calcutta"
    assert "<option selected>Asia/Calcutta</option>" in alice.client.get("/settings/me").text
