"""Group robots: a group of a chat is told what happens, a few lines at a time and no secrets."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from app.automation.robots.bundle import PACE
from app.automation.robots.kinds import KINDS
from app.automation.robots.messages import LONGEST, Line, body_of, signed
from app.automation.robots.operations import Wish, create_robot
from app.automation.webhooks.claim import claim
from app.automation.webhooks.models import State, Stopped, Webhook, WebhookDelivery
from app.automation.webhooks.offered import offered, verbs_of
from app.automation.webhooks.operations import (
    get_webhook,
    replay,
    send_test,
)
from app.automation.webhooks.sender import STEP
from app.crm.models import Account
from app.events.models import Event
from app.identity.models import Notice
from app.kernel.language import using
from app.records.door import perform
from app.records.many import perform_many
from app.records.registry import registry
from tests.automation.conftest import Hooks, Receiver
from tests.automation.test_webhooks import make_account
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.records.pages.test_views import keep, view_of

Elsewhere = Callable[..., Receiver]
SIGNING = "SEC0123"


@dataclass
class Group:
    """A group with a robot of one kind, and all that was written into it."""

    hooks: Hooks
    receiver: Receiver
    robot: Webhook

    def texts(self) -> list[str]:
        """The message of each call, as the chat would show it."""
        return [shown(one.told) for one in self.receiver.messages]


def shown(told: dict[str, Any]) -> str:
    if "markdown" in told:
        found: str = told["markdown"].get("content") or told["markdown"]["text"]
        return found
    if "content" in told:
        ((_language, post),) = told["content"]["post"].items()
        rows = ["".join(part["text"] for part in row) for row in post["content"]]
        return "\n".join([post["title"], *rows])
    text: str = told["text"]
    return text


def wish(url: str, *events: str, kind: str = "wecom", **more: Any) -> Wish:
    asked = {"name": "Sales", "secret": "", "view_ids": {}, "tells_details": False} | more
    return Wish(kind=kind, url=url, events=events or ("account.created",), **asked)


@pytest.fixture
def group(alice: Person, hooks: Hooks, elsewhere: Elsewhere) -> Callable[..., Group]:
    """Makes a group whose robot acts for Alice."""

    def make(
        *events: str, by: Person = alice, answers: Sequence[Any] = (200,), **more: Any
    ) -> Group:
        receiver = elsewhere(*answers, text=more.pop("text", b'{"errcode":0,"code":0}'))
        with hooks.app.app_context(), by.workspace.acting(by) as actor:
            robot = create_robot(actor, wish(receiver.url, *events, **more))
        return Group(hooks, receiver, robot)

    return make


def test_a_group_is_told_of_a_new_customer_with_the_way_to_it_and_nothing_else(
    alice: Person, group: Callable[..., Group]
) -> None:
    sales = group()
    account_id = make_account(alice, phone="020 7946 0958", city="York")
    sales.hooks.work()
    (text,) = sales.texts()
    assert text.splitlines()[0] == "### Acme Ltd"
    assert f"[Fence & Sons](http://acme.zuke.test/accounts/{account_id})" in text
    assert "Account · Added" in text
    assert "Alice Archer" in text
    assert "79460958" not in text.replace(" ", "")
    assert "York" not in text
    (delivery,) = sales.hooks.deliveries(alice.workspace)
    assert (delivery.state, delivery.status) == (State.DELIVERED, 200)


def test_more_is_told_where_it_was_chosen(alice: Person, group: Callable[..., Group]) -> None:
    sales = group(tells_details=True)
    make_account(alice, city="York")
    sales.hooks.work()
    assert "York" in sales.texts()[0]


def test_each_chat_gets_the_format_that_it_takes(
    alice: Person, group: Callable[..., Group], hooks: Hooks
) -> None:
    groups = {kind: group(kind=kind) for kind in KINDS}
    make_account(alice)
    hooks.work()
    told = {kind: one.receiver.messages[0].told for kind, one in groups.items()}
    assert told["wecom"]["msgtype"] == "markdown"
    assert set(told["wecom"]["markdown"]) == {"content"}
    assert told["dingtalk"]["msgtype"] == "markdown"
    assert set(told["dingtalk"]["markdown"]) == {"title", "text"}
    assert told["feishu"]["msg_type"] == "post"
    row = told["feishu"]["content"]["post"]["en_us"]["content"][0]
    assert [part["tag"] for part in row] == ["text", "a", "text"]
    assert set(told["custom"]) == {"text"}
    for one in groups.values():
        assert "Fence & Sons" in one.texts()[0]


def test_a_workspace_speaks_its_own_language(
    alice: Person, group: Callable[..., Group], hooks: Hooks
) -> None:
    sales = group(kind="feishu")
    facts = replace(alice.workspace.facts, language="zh-CN")
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        send_test(by, get_webhook(by, sales.robot.id, robots=True))
        (parcel,) = claim(by.session, facts, hooks.settings.keys, by.now)
    post = json.loads(parcel.body)["content"]["post"]
    assert set(post) == {"zh_cn"}
    assert "测试" in shown(json.loads(parcel.body))


def test_signatures_are_those_of_the_chats() -> None:
    now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    url, body = signed("dingtalk", "https://oapi.dingtalk.com/robot/send?a=1", "{}", SIGNING, now)
    asked = parse_qs(urlsplit(url).query)
    stamp = str(int(now.timestamp() * 1000))
    proof = hmac.digest(SIGNING.encode(), f"{stamp}\n{SIGNING}".encode(), "sha256")
    assert (asked["timestamp"], asked["sign"]) == ([stamp], [b64encode(proof).decode()])
    assert (asked["a"], body) == (["1"], "{}")
    url, body = signed("feishu", "https://open.feishu.cn/x", '{"msg_type": "post"}', SIGNING, now)
    stamp = str(int(now.timestamp()))
    proof = hmac.digest(f"{stamp}\n{SIGNING}".encode(), b"", "sha256")
    told = json.loads(body)
    assert (told["timestamp"], told["sign"]) == (stamp, b64encode(proof).decode())
    assert (url, told["msg_type"]) == ("https://open.feishu.cn/x", "post")
    for kind in ("wecom", "custom"):
        assert signed(kind, "https://x", "{}", SIGNING, now) == ("https://x", "{}")


def test_a_signed_call_arrives_signed_and_its_log_tells_no_secret(
    alice: Person, group: Callable[..., Group]
) -> None:
    sales = group(kind="feishu", secret=SIGNING)
    make_account(alice)
    sales.hooks.work()
    told = sales.receiver.messages[0].told
    proof = hmac.digest(f"{told['timestamp']}\n{SIGNING}".encode(), b"", "sha256")
    assert told["sign"] == b64encode(proof).decode()
    (delivery,) = sales.hooks.deliveries(alice.workspace)
    assert "sign" not in json.loads(delivery.body or "")
    page = alice.client.get(f"/settings/robots/{sales.robot.id}").text
    assert SIGNING not in page
    assert sales.receiver.url not in page
    form = alice.client.get(f"/settings/robots/{sales.robot.id}/edit").text
    assert sales.receiver.url not in form
    with alice.workspace.scope() as session:
        events = session.scalars(select(Event).where(Event.record_type == "webhook")).all()
        assert all(sales.receiver.url not in json.dumps(one.changes) for one in events)
        row = session.get_one(Webhook, sales.robot.id)
        assert sales.receiver.url not in (row.url + row.secret)


def test_what_comes_while_a_robot_rests_is_told_at_once_by_the_next_message(
    alice: Person, group: Callable[..., Group], clock: Clock
) -> None:
    sales = group()
    make_account(alice, name="The first")
    sales.hooks.work()
    for n in range(30):
        make_account(alice, name=f"Firm {n:02}")
    sales.hooks.work()
    assert len(sales.receiver.messages) == 1
    clock.shift(PACE + timedelta(seconds=STEP))  # Wakings within one step are one.
    sales.hooks.work()
    _first, text = sales.texts()
    assert "Firm 00" in text
    assert "and 2" in text.splitlines()[-1]
    assert len(sales.receiver.messages) == 2
    assert {one.state for one in sales.hooks.deliveries(alice.workspace)} == {State.DELIVERED}
    assert 60 / PACE.total_seconds() <= 20


def test_an_import_of_hundreds_is_one_message(alice: Person, group: Callable[..., Group]) -> None:
    sales = group()
    with alice.workspace.acting(alice) as by:
        perform_many("account", "create", [{"name": f"Firm {n}"} for n in range(300)], by=by)
    sales.hooks.work()
    (text,) = sales.texts()
    assert "… and 290 more" in text
    assert len(sales.receiver.messages[0].body.encode()) <= LONGEST


def test_only_records_of_the_chosen_view_are_told(
    alice: Person, group: Callable[..., Group]
) -> None:
    view_id = view_of(keep(alice, "All of Leeds"))
    sales = group(view_ids={"account": view_id})
    make_account(alice, name="York Ltd", city="York")
    make_account(alice, name="Leeds Ltd", city="Leeds")
    sales.hooks.work()
    (text,) = sales.texts()
    assert "Leeds Ltd" in text
    assert "York Ltd" not in text
    assert len(sales.hooks.deliveries(alice.workspace)) == 1


def test_a_view_that_is_gone_tells_nothing_and_its_robot_says_so(
    alice: Person, group: Callable[..., Group]
) -> None:
    view_id = view_of(keep(alice, "All of Leeds"))
    sales = group(view_ids={"account": view_id})
    assert alice.client.post(f"/accounts/views/{view_id}/delete").status_code == 303
    make_account(alice, city="Leeds")
    sales.hooks.work()
    assert sales.texts() == []
    assert "is gone" in alice.client.get(f"/settings/robots/{sales.robot.id}").text


def test_nothing_is_told_that_its_person_may_not_read(
    acme: Workspace, alice: Person, bob: Person, group: Callable[..., Group]
) -> None:
    from tests.automation.test_webhooks import let_manage

    let_manage(bob)
    sales = group(by=bob)
    make_account(alice, name="Hidden", owner_id=str(alice.user_id))
    make_account(alice, name="Seen", owner_id=str(bob.user_id))
    sales.hooks.work()
    (text,) = sales.texts()
    assert "Seen" in text
    assert "Hidden" not in text
    states = sorted(one.state for one in sales.hooks.deliveries(acme))
    assert states == [State.DELIVERED, State.WITHHELD]


def test_a_done_task_is_told(alice: Person, group: Callable[..., Group]) -> None:
    sales = group("activity.completed")
    with alice.workspace.acting(alice) as by:
        task = perform("activity", "create", by=by, kind="task", subject="Send the offer")
        perform("activity", "complete", task, by=by)
    sales.hooks.work()
    assert "Send the offer" in sales.texts()[0]
    assert "Activity · Finished" in sales.texts()[0]


def test_events_are_named_by_what_was_done_and_each_by_a_name_of_its_own(alice: Person) -> None:
    with alice.workspace.acting(alice) as by:
        told = {kind.key: verbs_of(kind) for kind, _offers in offered(by)}
    assert str(told["account"]["claimed"]) == "Claimed from the pool"
    assert str(told["account"]["distributed"]) == "Assigned by a rule"
    with using("zh-CN"):
        assert not [one for one in told["account"].values() if str(one).startswith("已")]
    for kind, verbs in told.items():
        orders = {str(action.label) for action in registry().type(kind).actions}
        names = [str(label) for label in verbs.values()]
        assert orders.isdisjoint(names), kind
        assert len(names) == len(set(names)), kind


def test_a_name_writes_no_link_mention_or_layout_of_its_own() -> None:
    line = Line(
        "Account · Added", "[Pay](https://evil.example) @all <@all> **now**\nnew", "http://x"
    )
    for kind in ("wecom", "dingtalk", "custom"):
        text = shown(json.loads(body_of(kind, "Acme", [line], 1, "en")))
        told = text.partition("Added")[2]
        assert "@" not in told
        assert "<" not in told
        assert "[Pay]" not in told
        assert "now\nnew" not in told


def test_a_message_holds_no_more_than_a_group_takes() -> None:
    lines = [Line("客户 · 新增", "某" * 300, f"https://x/{'u' * 60}", "注" * 300)] * 10
    for kind in KINDS:
        body = body_of(kind, "北风", lines, 500, "zh-CN")
        assert len(body.encode()) <= LONGEST
        assert "客户" in body


def test_an_answer_of_200_that_refuses_is_tried_again_and_told(
    alice: Person, group: Callable[..., Group], clock: Clock
) -> None:
    sales = group(text=b'{"errcode":310000,"errmsg":"sign not match"}')
    make_account(alice)
    sales.hooks.work()
    (delivery,) = sales.hooks.deliveries(alice.workspace)
    assert (delivery.state, delivery.status, delivery.error) == (State.WAITING, 200, "refused")
    page = alice.client.get(f"/settings/robots/{sales.robot.id}").text
    assert "The chat refused it" in page
    sales.receiver.text = b'{"errcode":0}'
    clock.shift(timedelta(seconds=10))
    sales.hooks.work()
    (delivery,) = sales.hooks.deliveries(alice.workspace)
    assert (delivery.state, delivery.attempts) == (State.DELIVERED, 2)


def test_a_group_that_was_told_too_much_is_left_alone_for_ten_minutes(
    alice: Person, group: Callable[..., Group], clock: Clock
) -> None:
    sales = group(text=b'{"errcode":45009}')
    make_account(alice)
    sales.hooks.work()
    clock.shift(timedelta(minutes=9))
    sales.hooks.work()
    assert len(sales.receiver.messages) == 1
    clock.shift(timedelta(minutes=2))
    sales.hooks.work()
    assert len(sales.receiver.messages) == 2


def test_a_robot_that_fails_for_days_is_switched_off_and_those_concerned_are_told(
    alice: Person, group: Callable[..., Group], clock: Clock
) -> None:
    sales = group(answers=(500,))
    make_account(alice)
    sales.hooks.work()
    clock.shift(timedelta(days=3, hours=1))
    make_account(alice, name="Later")
    sales.hooks.work()
    robot = sales.hooks.webhook(alice.workspace, sales.robot.id)
    assert robot.stopped == Stopped.FAILING
    with alice.workspace.scope() as session:
        notice = session.scalars(select(Notice)).one()
        assert "group robot “Sales”" in notice.text
        assert notice.url == f"/settings/robots/{robot.id}"


def test_a_test_is_written_into_the_group(alice: Person, group: Callable[..., Group]) -> None:
    sales = group()
    with sales.hooks.app.app_context(), alice.workspace.acting(alice) as by:
        send_test(by, get_webhook(by, sales.robot.id, robots=True))
    sales.hooks.work()
    assert "the robot “Sales” works" in sales.texts()[0]


def test_what_failed_is_told_again_when_asked(
    alice: Person, group: Callable[..., Group], clock: Clock
) -> None:
    sales = group()
    make_account(alice)
    sales.hooks.work()
    clock.shift(PACE)
    with sales.hooks.app.app_context(), alice.workspace.acting(alice) as by:
        robot = get_webhook(by, sales.robot.id, robots=True)
        (delivery,) = by.session.scalars(select(WebhookDelivery)).all()
        replay(by, robot, delivery)
    sales.hooks.work()
    assert len(sales.receiver.messages) == 2


def test_a_deleted_record_is_told_by_its_name(alice: Person, group: Callable[..., Group]) -> None:
    sales = group("account.deleted")
    account_id = make_account(alice, name="Gone Ltd")
    with alice.workspace.acting(alice) as by:
        perform("account", "delete", by.session.get_one(Account, account_id), by=by)
    sales.hooks.work()
    assert "Gone Ltd" in sales.texts()[0]
