"""Text templates of the demo workspaces: mails, a message and a letter, in both languages."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.documents.texts.models import Purpose, TextTemplate
from app.documents.texts.operations import Wish, save_template
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor

EN, ZH = "en", "zh-CN"
GREETED = {
    EN: "Dear {{ contact.first_name | default: 'friend' }},",
    ZH: "{{ contact.last_name }}{{ contact.first_name }}，您好：",
}
SIGNED = {EN: "With kind regards\n{{ me.name }}", ZH: "顺祝商祺！\n{{ me.name }}"}


def _mail(name: str, subject: dict[str, str], said: dict[str, str]) -> Wish:
    body = {one: f"{GREETED[one]}\n\n{said[one]}\n\n{SIGNED[one]}" for one in said}
    return Wish(name, "contact", Purpose.MAIL.value, subject, body)


def _text(name: str, said: dict[str, str]) -> Wish:
    return Wish(name, "contact", Purpose.TEXT.value, {}, said)


def _part(name: str, said: dict[str, str]) -> Wish:
    return Wish(name, "account", Purpose.PART.value, {}, said)


TEMPLATES = {
    "beifeng": (
        _mail(
            "拜访后致谢",
            {ZH: "感谢您的接待", EN: "Thank you for your time"},
            {
                ZH: "感谢您抽空接待。{% if contact.account %}贵司{{ contact.account.name }}的需求"
                "我们已经记录，{% endif %}报价与样品清单将在三个工作日内发给您。",
                EN: "Thank you for receiving us. We have noted what {{ contact.account.name |"
                " default: 'your firm' }} needs, and send our offer with a list of samples within"
                " three working days.",
            },
        ),
        _mail(
            "报价跟进",
            {ZH: "关于我们的报价", EN: "About our offer"},
            {
                ZH: "上次发给您的报价，不知您那边看得如何？如需调整数量、交期或付款方式，"
                "请直接回复本邮件。",
                EN: "Have you had time to look at our offer? If quantities, delivery or payment"
                " should be different, just answer this mail.",
            },
        ),
        _text(
            "微信问候",
            {
                ZH: "{{ contact.last_name }}{{ contact.first_name }}，您好！我是{{ firm.name }}的"
                "{{ me.name }}，方便时想跟您确认一下交期。",
            },
        ),
        _part(
            "合作函",
            {
                ZH: "感谢贵司长期以来的信任。自本月起，{{ account.name }}的专属联系人为"
                "{{ me.name }}，如有订单、交期或质量方面的问题，请随时联系。",
                EN: "Thank you for your trust over the years. From this month on {{ me.name }}"
                " looks after {{ account.name }}: please write or call about orders, delivery or"
                " quality.",
            },
        ),
    ),
    "harbor": (
        _mail(
            "Thanks after a site visit",
            {EN: "Thank you for visiting us", ZH: "感谢您莅临考察"},
            {
                EN: "Thank you for coming to see the house. I hold the rooms for"
                " {{ contact.account.name | default: 'your group' }} until the end of next week and"
                " send the contract tomorrow.",
                ZH: "感谢您莅临酒店考察。我们将为{{ contact.account.name | default: '贵团' }}保留"
                "房间至下周末，合同明天发给您。",
            },
        ),
        _mail(
            "Following up on a proposal",
            {EN: "Your event with us", ZH: "关于您的活动方案"},
            {
                EN: "Have you had a chance to go through our proposal? I am glad to change dates,"
                " rooms or the menu.",
                ZH: "不知您是否已看过我们的方案？日期、客房和菜单都可以再调整。",
            },
        ),
        _text(
            "Text message: on the way",
            {
                EN: "Hello {{ contact.first_name }}, this is {{ me.name }} of {{ firm.name }}."
                " I meet you in the lobby.",
            },
        ),
        _part(
            "Letter to a corporate client",
            {
                EN: "Thank you for staying with us. {{ me.name }} looks after"
                " {{ account.name }} from this month on: for rates, groups and events, please write"
                " or call at any time.",
                ZH: "感谢贵司一直以来的支持。自本月起由{{ me.name }}为{{ account.name }}服务，"
                "房价、团队与会议事宜，欢迎随时联系。",
            },
        ),
    ),
}


def load_templates(by: Actor, slug: str, owner_id: UUID) -> None:
    """Let a workspace have templates, once: a firm that removed them all has had some."""
    if by.session.scalar(select(TextTemplate.id).limit(1)) is not None:
        return
    owner = actor_for(by.session, by.tenant, by.session.get_one(User, owner_id), by.now, via="web")
    for wish in TEMPLATES[slug]:
        save_template(owner, None, wish)
