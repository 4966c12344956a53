"""Mails that came in at the demo: a thread with a customer, an enquiry, and what was skipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Account, Contact
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.mail.inbound.addresses import renew_address
from app.mail.inbound.models import Fate, IncomingMail
from app.mail.inbound.take import settle
from config.settings import Settings

LIST = {"List-Id": "news.trade-weekly.example", "List-Unsubscribe": "<https://news.example/off>"}
AWAY = {"Auto-Submitted": "auto-replied"}
NEWS, STRANGER = "news@trade-weekly.example", "office@unknown-trading.example"


@dataclass(frozen=True, slots=True)
class Said:
    """One mail: who wrote it, how many hours ago, and what; `answers` is the one before it."""

    sender: str  # "customer", "other" (another customer), "rep", or an address.
    hours: int
    subject: str
    body: str
    answers: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


MAILS = {
    "beifeng": (
        Said(
            "rep",
            76,
            "样品与交期",
            "您好：\n\n样品今天已寄出，单号会另行告知。首批如果本周确认，可在下月十五日前发货。\n\n"
            "有任何问题请随时联系。",
        ),
        Said(
            "customer",
            51,
            "Re: 样品与交期",
            "收到，谢谢。样品看过后尺寸没有问题，表面处理希望再亮一些。\n\n"
            "如果数量加到两千件，单价能否再优惠百分之三？",
            0,
        ),
        Said(
            "rep",
            27,
            "Re: 样品与交期",
            "两千件可以按您说的价格，付款方式不变。更新后的报价明天上午发给您。",
            1,
        ),
        Said("customer", 3, "Re: 样品与交期", "好的，等您的报价。发票请开增值税专用发票。", 2),
        Said(
            "other",
            6,
            "询价",
            "您好，请报五百件的含税价，送货到厂。希望周五前收到。",
        ),
        Said(STRANGER, 20, "合作意向", "您好，我们在展会上拿到贵司的资料，希望了解代理政策。"),
        Said(NEWS, 30, "外贸周报", "本周汇率与海运价格一览。", None, LIST),
        Said("other", 26, "自动回复：我正在休假", "我在休假，下周一回复。", None, AWAY),
    ),
    "harbor": (
        Said(
            "rep",
            74,
            "Rooms for your annual meeting",
            "Good morning,\n\nI am holding forty rooms and the Harbor Hall for you until Friday."
            " The rate includes breakfast and the meeting room.\n\nPlease tell me about"
            " the dinner.",
        ),
        Said(
            "customer",
            50,
            "Re: Rooms for your annual meeting",
            "Thank you, that looks good. We would be forty-six by now.\n\nCan the dinner be on the"
            " terrace if the weather allows?",
            0,
        ),
        Said(
            "rep",
            28,
            "Re: Rooms for your annual meeting",
            "Forty-six is fine, and the terrace is yours. You have the new contract tomorrow.",
            1,
        ),
        Said(
            "customer",
            3,
            "Re: Rooms for your annual meeting",
            "Wonderful. Please add two rooms for wheelchair users.",
            2,
        ),
        Said(
            "other",
            6,
            "Group rate in May",
            "Hello, what is your rate for twenty double rooms over two nights in May? We need an"
            " answer by Friday.",
        ),
        Said(STRANGER, 20, "Partnership", "We run tours along the coast and look for hotels."),
        Said(NEWS, 30, "Hospitality weekly", "What guests asked for this week.", None, LIST),
        Said("other", 26, "Out of office", "I am away and answer on Monday.", None, AWAY),
    ),
}


def load_mails(by: Actor, slug: str, rep_id: UUID, settings: Settings) -> None:
    """Let the rep have an address for mail in, and let mails have come there: once."""
    if not settings.inbound_mail_domain or _came_any(by):
        return
    rep = by.session.get_one(User, rep_id)
    people = _customers(by, rep_id)
    if len(people) < 2:
        return
    acting = actor_for(by.session, by.tenant, rep, by.now, via="web")
    address = renew_address(acting, settings)
    boxes = {
        "rep": (rep.name, rep.email),
        "customer": (people[0].name, people[0].email or ""),
        "other": (people[1].name, people[1].email or ""),
    }
    for content, said in _written(by, slug, boxes, address):
        at = by.now - timedelta(hours=said.hours)
        mail = IncomingMail(
            id=new_id(),
            user_id=rep_id,
            received_at=at,
            state=Fate.WAITING,
            size=len(content),
            digest=sha256(content).hexdigest(),
            envelope_from=boxes.get(said.sender, ("", said.sender))[1],
        )
        by.session.add(mail)
        settle(mail, content, by, settings)
        by.session.flush()  # The next one of the thread finds this one.


def _came_any(by: Actor) -> bool:
    return by.session.scalar(select(IncomingMail.id).limit(1)) is not None


def _customers(by: Actor, rep_id: UUID) -> list[Contact]:
    """People with an address at two firms of the rep's, in the firm's own country first."""
    asked = (
        select(Contact)
        .join(Account, Contact.account_id == Account.id)
        .where(
            Account.owner_id == rep_id,
            Account.deleted_at.is_(None),
            Contact.deleted_at.is_(None),
            Contact.email.is_not(None),
        )
        .order_by(
            (Account.country == by.tenant.country).desc(), Account.last_activity_at, Contact.id
        )
    )
    found: dict[UUID | None, Contact] = {}
    for one in by.session.scalars(asked.limit(40)):
        found.setdefault(one.account_id, one)
    return list(found.values())[:2]


def _written(
    by: Actor, slug: str, boxes: dict[str, tuple[str, str]], address: str
) -> Iterator[tuple[bytes, Said]]:
    """Each mail as it came, the oldest of the list first."""
    ids: list[str] = []
    for number, said in enumerate(MAILS[slug]):
        mail = EmailMessage()
        mail["From"] = formataddr(boxes.get(said.sender, ("", said.sender)))
        mail["To"] = formataddr(boxes["customer" if said.sender == "rep" else "rep"])
        mail["Subject"] = said.subject
        mail["Date"] = format_datetime(by.now - timedelta(hours=said.hours))
        mail["Message-ID"] = f"<{number}.{by.tenant.id.hex}@demo.example>"
        if said.answers is not None:
            mail["In-Reply-To"] = ids[said.answers]
            mail["References"] = " ".join(ids[: said.answers + 1])
        for name, value in said.headers.items():
            mail[name] = value
        mail.set_content(said.body)
        mail["Delivered-To"] = address
        ids.append(str(mail["Message-ID"]))
        yield mail.as_bytes(), said
