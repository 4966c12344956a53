"""A stranger gets a workspace: once, at an address that nobody else has, and in by one visit."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.front import limits, signing_up
from app.front.signing_up import note_refused
from app.identity.limits import Limit
from app.identity.models import User
from app.identity.operations.sign_in import Opened, Visit, sign_in
from app.jobs.worker import Worker
from app.kernel import clock as real
from tenants.control import Hit, Job, MailHint, Tenant
from tenants.errors import SlugProblem
from tenants.facts import State
from tenants.lifecycle import NewTenant
from tests import cast
from tests.attacks.together import together
from tests.cast import HostClient, Person, Workspace, visitor
from tests.conftest import Clock
from tests.front.conftest import FIONA, Sign, mails, rows, sign_ups, tenant

WAY_IN = re.compile(r'href="(http://fir-sons\.zuke\.test/welcome)#([\w-]+)"')


def way_in(guest: HostClient) -> str:
    """The code that the page of who waits leads on with."""
    found = WAY_IN.search(guest.get("/signup/wait").text)
    assert found is not None
    return found[2]


def arrive(app: Flask, owner: Engine, code: str) -> tuple[HostClient, str]:
    """Bring a code to the workspace; the browser, and where it is led."""
    facts = tenant(owner)
    assert facts is not None
    host = f"{facts.slug}.{cast.SERVICE_HOST}"
    client: HostClient = app.test_client(host=host)
    client.visit(facts)
    answer = client.post("/welcome", data={"code": code})
    assert answer.status_code == 303
    return client, answer.location


def test_a_stranger_signs_up_and_is_in(
    guest: HostClient, sign_up: Sign, founding: Worker, app: Flask, owner: Engine
) -> None:
    answer = sign_up()
    assert (answer.status_code, answer.location) == (303, "/signup/wait")
    assert "Your workspace is being made" in guest.get("/signup/wait").text
    founding.drain()
    client, target = arrive(app, owner, way_in(guest))
    assert target == "/"
    home = client.get("/").text
    assert "Fiona Fir" in home
    assert "Confirm your e-mail by the link" in home
    assert "The first steps" in home


def test_the_workspace_is_as_it_was_asked_for(
    sign_up: Sign, founding: Worker, owner: Engine, app: Flask
) -> None:
    sign_up()
    founding.drain()
    (row,) = rows(owner, select(Tenant).where(Tenant.slug == "fir-sons"))
    assert (row.name, row.language, row.currency, row.zone) == (
        "Fir & Sons",
        "en",
        "EUR",
        "Europe/Berlin",
    )
    assert (row.country, row.starter, row.plan) == ("DE", "manufacturer-exporter", "trial")
    assert row.state == State.TRIAL
    assert timedelta(days=13) < row.trial_ends_at - real.now() <= timedelta(days=14)
    with Workspace(row.facts(), app).scope() as session:
        (fiona,) = session.scalars(select(User))
        assert fiona.email == "fiona@fir.example"
        assert fiona.role.is_owner
        assert fiona.email_confirmed_at is None
        opened = sign_in(
            session,
            row.facts(),
            login="fiona@fir.example",
            password=FIONA["password"],
            now=real.now(),
            visit=Visit(),
        )
        assert isinstance(opened, Opened)
    assert rows(owner, select(MailHint).where(MailHint.tenant_id == row.id))


def test_no_password_is_kept_anywhere_on_the_way(
    sign_up: Sign, founding: Worker, owner: Engine
) -> None:
    sign_up()
    (waiting,) = sign_ups(owner)
    assert FIONA["password"] not in str(waiting.wishes)
    assert FIONA["password"] not in str(rows(owner, select(Job.payload)))
    founding.drain()
    (ready,) = sign_ups(owner)
    assert (ready.state, ready.wishes) == ("ready", {})


def test_a_code_opens_one_door_once(
    guest: HostClient, sign_up: Sign, founding: Worker, app: Flask, owner: Engine, acme: Workspace
) -> None:
    sign_up()
    founding.drain()
    code = way_in(guest)
    stranger = visitor(app, acme)
    assert stranger.post("/welcome", data={"code": code}).location == "/login"
    assert arrive(app, owner, code)[1] == "/"
    assert arrive(app, owner, code)[1] == "/login"
    assert 'href="http://fir-sons.zuke.test/login"' in guest.get("/signup/wait").text


def test_a_code_is_good_for_a_minute(
    guest: HostClient, sign_up: Sign, founding: Worker, app: Flask, owner: Engine, clock: Clock
) -> None:
    sign_up()
    founding.drain()
    code = way_in(guest)
    clock.shift(timedelta(seconds=61))
    assert arrive(app, owner, code)[1] == "/login"
    assert arrive(app, owner, way_in(guest))[1] == "/"


def test_a_page_that_is_loaded_twice_leads_in_by_either(
    guest: HostClient, sign_up: Sign, founding: Worker, app: Flask, owner: Engine
) -> None:
    sign_up()
    founding.drain()
    first, _second = way_in(guest), way_in(guest)
    assert arrive(app, owner, first)[1] == "/"


def test_half_an_hour_later_the_password_is_needed(
    guest: HostClient, sign_up: Sign, founding: Worker, clock: Clock
) -> None:
    sign_up()
    founding.drain()
    clock.shift(timedelta(minutes=31))
    assert WAY_IN.search(guest.get("/signup/wait").text) is None


def test_another_browser_sees_nothing_of_it(sign_up: Sign, founding: Worker, app: Flask) -> None:
    sign_up()
    founding.drain()
    assert visitor(app).get("/signup/wait").location == "/signup"


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("firm", "  ", "Enter the name of your firm."),
        ("slug", "ab", "Use 3 to 40 small letters"),
        ("slug", "fir--sons", "Use 3 to 40 small letters"),
        ("slug", "xn--fir-sons", "Use 3 to 40 small letters"),
        ("slug", "www", "kept for the service itself"),
        ("slug", "paypa1", "kept for the brand that it names"),
        ("slug", "acme", "This address is taken."),
        ("slug", "acrne", "looks too much like"),
        ("name", "", "Enter the person’s name."),
        ("email", "fiona", "Enter an e-mail address"),
        ("email", "fiona@mailinator.com", "exists for minutes only"),
        ("email", "fiona@eu.mailinator.com", "exists for minutes only"),
        ("password", "short", "Use at least 8 characters."),
        ("password", "password123", "Many people use this password."),
        ("trade", "witchcraft", "Choose one of the trades."),
        ("language", "tlh", "Choose one of the languages."),
        ("currency", "XXX", "Choose one of the currencies."),
        ("zone", "Mars/Olympus", "Choose one of the time zones."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    sign_up: Sign, owner: Engine, acme: Workspace, field: str, typed: str, told: str
) -> None:
    answer = sign_up(**{field: typed})
    assert answer.status_code == 422
    assert told in answer.text
    kept = {"firm": "Fir &amp; Sons", "name": "Fiona Fir", "email": "fiona@fir.example"}
    for key, text in kept.items():
        assert key == field or f'value="{text}"' in answer.text
    assert FIONA["password"] not in answer.text
    assert not sign_ups(owner)


def test_all_errors_are_told_together(sign_up: Sign) -> None:
    page = sign_up(firm="", name="", email="", password="").text
    assert page.count('class="error"') == 4


def test_an_address_that_is_taken_is_told_with_the_others(sign_up: Sign, acme: Workspace) -> None:
    page = sign_up(slug="acme", name="").text
    assert "This address is taken." in page
    assert page.count('class="error"') == 2


def test_of_two_who_want_one_address_at_once_one_gets_it(
    app: Flask, sign_up: Sign, founding: Worker, owner: Engine, clean: None
) -> None:
    browsers = [visitor(app), visitor(app)]
    answers = together(
        [
            lambda one=one, n=n: sign_up(one, email=f"f{n}@fir.example")
            for n, one in enumerate(browsers)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    (refused,) = [answer for answer in answers if answer.status_code == 422]
    assert "This address is taken." in refused.text
    founding.drain()
    assert len(rows(owner, select(Tenant).where(Tenant.slug == "fir-sons"))) == 1


def test_whoever_waits_keeps_the_address_from_look_alikes(
    sign_up: Sign, app: Flask, clean: None
) -> None:
    assert sign_up().status_code == 303
    other = visitor(app)
    assert "looks too much like" in sign_up(other, slug="flr-sons").text


def test_an_address_that_went_away_meanwhile_is_told_on_the_form(
    guest: HostClient, sign_up: Sign, founding: Worker, owner: Engine
) -> None:
    sign_up()
    part = cast.Part("Rita Rival", "rita@rival.example", "owner")
    cast.found(owner, NewTenant(slug="fir-sons", name="Rival"), part)
    founding.drain()
    assert guest.get("/signup/wait").location == "/signup"
    page = guest.get("/signup").text
    assert "This address is taken." in page
    assert 'value="Fiona Fir"' in page
    assert "password_hash" not in str(sign_ups(owner)[0].wishes)
    assert not mails(owner, "send_service_mail")  # Who still looks at the page needs no mail.


def test_who_has_left_the_page_hears_by_mail_that_the_address_went_away(
    sign_up: Sign, founding: Worker, owner: Engine, clock: Clock
) -> None:
    sign_up()
    part = cast.Part("Rita Rival", "rita@rival.example", "owner")
    cast.found(owner, NewTenant(slug="fir-sons", name="Rival"), part)
    clock.shift(timedelta(minutes=5))
    founding.drain(1)
    (mail,) = mails(owner, "send_service_mail")
    assert mail["to"] == "fiona@fir.example"
    assert "fir-sons" in mail["text"]
    assert "http://zuke.test/signup" in mail["text"]


def test_a_worker_that_comes_second_undoes_nothing_of_what_was_made(
    sign_up: Sign, founding: Worker, owner: Engine, clock: Clock, app: Flask
) -> None:
    sign_up()
    founding.drain()
    (row,) = sign_ups(owner)
    with app.app_context():
        assert not note_refused(row.id, SlugProblem.TAKEN, clock.now)
    (after,) = sign_ups(owner)
    assert (after.state, after.problem, after.tenant_id) == (row.state, None, row.tenant_id)
    assert after.state == "ready"


def test_a_job_that_is_tried_again_makes_no_second_workspace(
    guest: HostClient, sign_up: Sign, founding: Worker, owner: Engine
) -> None:
    sign_up()
    founding.drain()
    before = rows(owner, select(Tenant.id))
    with Session(owner) as session, session.begin():
        again = update(Job).where(Job.kind == "found_workspace")
        session.execute(
            again.values(state="ready", payload={"sign_up": str(sign_ups(owner)[0].id)})
        )
    founding.drain()
    assert rows(owner, select(Tenant.id)) == before
    assert "welcome#" in guest.get("/signup/wait").text


def test_without_a_worker_the_page_says_that_a_mail_will_come(
    guest: HostClient, sign_up: Sign, founding: Worker, owner: Engine, clock: Clock
) -> None:
    sign_up()
    clock.shift(timedelta(seconds=9))
    page = guest.get("/signup/wait").text
    assert "This takes longer than usual." in page
    assert "fiona@fir.example" in page
    clock.shift(timedelta(hours=3))
    founding.drain()
    texts = [mail["text"] for mail in mails(owner) if mail.get("to") == "fiona@fir.example"]
    assert any("http://fir-sons.zuke.test" in text for text in texts)


def test_pressing_twice_asks_once(sign_up: Sign, owner: Engine) -> None:
    assert sign_up().location == "/signup/wait"
    assert sign_up().location == "/signup/wait"
    assert len(sign_ups(owner)) == 1


def test_after_a_day_in_vain_the_address_is_free_again(
    sign_up: Sign, app: Flask, founding: Worker, owner: Engine, clock: Clock
) -> None:
    sign_up()
    clock.shift(timedelta(hours=25))
    assert sign_up(visitor(app), email="other@fir.example").status_code == 303
    founding.drain()
    assert [one.state for one in sign_ups(owner)] == ["expired", "ready"]


def test_sign_ups_are_limited_by_network_and_by_mailbox(
    app: Flask, sign_up: Sign, clean: None
) -> None:
    for number in range(limits.SIGN_UPS_MAILBOX.n):
        assert sign_up(visitor(app), slug=f"same-box-{number}a").status_code == 303
    answer = sign_up(visitor(app), slug="same-box-more")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert 'value="Fiona Fir"' in answer.text
    for number in range(limits.SIGN_UPS.n - limits.SIGN_UPS_MAILBOX.n):
        answer = sign_up(visitor(app), slug=f"office-{number}a", email=f"o{number}@fir.example")
        assert answer.status_code == 303
    assert sign_up(visitor(app), slug="office-z", email="z@fir.example").status_code == 429


def test_what_was_refused_does_not_count(sign_up: Sign, owner: Engine, acme: Workspace) -> None:
    for _attempt in range(limits.SIGN_UPS.n + 2):
        assert sign_up(slug="acme").status_code == 422
    counted = rows(owner, select(Hit).where(Hit.key.like("sign-up:%")))
    assert all(one.n == 0 for one in counted if not one.key.startswith("sign-up:looks:"))


def test_a_header_that_names_another_address_changes_no_limit(
    app: Flask, sign_up: Sign, clean: None
) -> None:
    for number in range(limits.SIGN_UPS.n):
        client = visitor(app)
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"198.51.100.{number}"
        client.environ_base["HTTP_FORWARDED"] = f"for=198.51.100.{number}"
        asked = {"slug": f"spoof-{number}a", "email": f"s{number}@fir.example"}
        assert sign_up(client, **asked).status_code == 303
    client = visitor(app)
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "198.51.100.200"
    assert sign_up(client, slug="spoof-z", email="z@fir.example").status_code == 429


def test_addresses_can_not_be_tried_for_ever_by_forms_that_are_refused(
    app: Flask, sign_up: Sign, clean: None, monkeypatch: pytest.MonkeyPatch, acme: Workspace
) -> None:
    monkeypatch.setattr(limits, "LOOKS", Limit("sign-up:looks", 5, 600))
    for _try in range(5):
        assert sign_up(visitor(app), slug="acme").status_code == 422
    assert sign_up(visitor(app), slug="acme").status_code == 429


def test_an_address_that_is_taken_costs_no_work_of_hashing(
    sign_up: Sign, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(signing_up, "hash_password", lambda text: hashed.append(text) or "x")
    assert sign_up(slug="acme").status_code == 422
    assert hashed == []


def test_whose_mail_signs_in_elsewhere_is_answered_as_everybody(
    app: Flask, sign_up: Sign, alice: Person
) -> None:
    known = sign_up(email=alice.email)
    unknown = sign_up(visitor(app), slug="fir-two", email="new@fir.example")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("not an address", "not an address"),
    ],
)
def test_a_host_of_ipv6_has_its_whole_network(address: str, network: str) -> None:
    assert limits.network(address) == network


def test_an_address_is_looked_at_while_it_is_typed(guest: HostClient, acme: Workspace) -> None:
    assert "fir-sons is free." in guest.get("/signup/address?slug=Fir-Sons%20").text
    assert "This address is taken." in guest.get("/signup/address?slug=acme").text
    assert "looks too much like" in guest.get("/signup/address?slug=acrne").text
    assert "Small letters" in guest.get("/signup/address").text


@pytest.mark.parametrize(
    ("firm", "slug"),
    [
        ("Cloud Fir Technology Ltd", "cloud-fir-technology"),
        ("北风贸易有限公司", "beifengmaoyi"),
        ("Acme Ltd", "acme-2"),
        ("！", ""),
        ("", ""),
    ],
)
def test_an_address_is_suggested_for_a_firm(
    guest: HostClient, acme: Workspace, firm: str, slug: str
) -> None:
    found = guest.get("/signup/suggestion", query_string={"firm": firm}).get_json()
    assert found == {"slug": slug}


def test_a_mailbox_of_many_gets_a_word_and_is_taken(guest: HostClient, sign_up: Sign) -> None:
    assert "Several people may read" in guest.get("/signup/mailbox?email=info@fir.example").text
    assert "Several people" not in guest.get("/signup/mailbox?email=fiona@fir.example").text
    assert sign_up(email="info@fir.example").status_code == 303


def test_sign_ups_of_last_week_are_forgotten(
    sign_up: Sign, founding: Worker, owner: Engine, clock: Clock
) -> None:
    from app.front.signing_up import clear_sign_ups

    sign_up()
    founding.drain()
    with founding.app.app_context():
        clear_sign_ups(clock.now + timedelta(days=6))
        assert len(sign_ups(owner)) == 1
        clear_sign_ups(clock.now + timedelta(days=8))
    assert not sign_ups(owner)
    assert tenant(owner) is not None


def test_a_form_from_elsewhere_is_refused(guest: HostClient, owner: Engine) -> None:
    assert guest.post("/signup", data=dict(FIONA), csrf=False).status_code == 400
    assert not sign_ups(owner)


def test_in_chinese_everything_is_chinese(guest: HostClient) -> None:
    page = guest.get("/signup", headers={"Accept-Language": "zh-CN"}).text
    assert "开通企业" in page
    assert '<option value="zh-CN" selected>' in page
    assert '<option value="CNY" selected>' in page
