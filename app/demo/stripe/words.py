"""What stands on the stand-in's pages, in the two languages of the demo."""

from __future__ import annotations

ENGLISH = {
    "lang": "en",
    "stand_in": "A stand-in for Stripe: nobody is charged.",
    "subscribe": "Subscribe",
    "seats": "seats",
    "month": "month",
    "year": "year",
    "card": "Card number",
    "test": "Test cards: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined, "
    "4000 0000 0000 0341 can be kept and is declined whenever it is charged: keep it under "
    "“Card and invoices”, then let the next bill come.",
    "pay": "Pay",
    "back": "Back",
    "portal": "Your payment details",
    "no_card": "No card yet.",
    "replace": "Save card",
    "saved": "The card was saved.",
    "invoices": "Invoices",
    "no_invoices": "No invoices yet.",
    "invoice": "Invoice",
    "status": {
        "open": "Open",
        "paid": "Paid",
        "void": "Void",
        "draft": "Draft",
        "uncollectible": "Uncollectible",
    },
    "ways": {"card": "Pay by card", "alipay": "Pay with Alipay", "wechat_pay": "Pay with WeChat"},
    "expired": "This page is no longer valid.",
    "clock": "The stand-in's clock",
    "ahead": "days ahead",
    "today": "Today is",
    "half": "This moves Stripe's half alone: renewals, failed charges and their retries happen. "
    "The service's own clock stands, so a workspace with an open bill turns read-only on its real "
    "day; the operator's console can suspend it meanwhile.",
    "whole": "This moves the demo's time, Stripe's and the service's together: renewals, failed "
    "charges and their retries happen, trials end, and within a minute the service reminds, turns "
    "what is not paid read-only after 15 days and suspends it 14 days later; paying opens it "
    "again at once. An erasure that was asked for comes on its day.",
    "steps": "Move by few days to read each reminder. Whoever was signed in for long signs in "
    "again, and everything that is planned grows older. There is no way back but "
    "./zuke demo --reset, which begins anew.",
    "move": "Move ahead by days",
    "wrong": "Give whole days, 1 to 400.",
}
CHINESE = {
    "lang": "zh-CN",
    "stand_in": "这是 Stripe 的替身，不会真正扣款。",
    "subscribe": "订阅",
    "seats": "个用户",
    "month": "月",
    "year": "年",
    "card": "卡号",
    "test": "测试卡：4242 4242 4242 4242 扣款成功，4000 0000 0000 0002 被拒，"
    "4000 0000 0000 0341 可以绑定，但每次扣款都被拒：先在“银行卡与账单”中绑定，再等下期账单。",
    "pay": "付款",
    "back": "返回",
    "portal": "付款信息",
    "no_card": "尚未绑卡。",
    "replace": "保存卡片",
    "saved": "卡片已保存。",
    "invoices": "账单",
    "no_invoices": "还没有账单。",
    "invoice": "账单",
    "status": {
        "open": "待付款",
        "paid": "已付款",
        "void": "已作废",
        "draft": "草稿",
        "uncollectible": "无法收回",
    },
    "ways": {"card": "用银行卡付款", "alipay": "用支付宝付款", "wechat_pay": "用微信支付付款"},
    "expired": "此页面已失效。",
    "clock": "替身的时钟",
    "half": "这里只拨动 Stripe 一侧的时钟：续费、扣款失败与重试会随之发生。本服务自己的时钟不变，"
    "欠费的工作区要到真实日期才会变为只读；在此之前，可在运营后台将其暂停。",
    "today": "今天是",
    "whole": "这里拨动整个演示的时间，Stripe 与本服务一同前进：续费、扣款失败与重试会随之发生，"
    "试用会到期；本服务会在一分钟内发出提醒，逾期 15 天后转为只读，再过 14 天停用，付款后立即恢复。"
    "已申请的删除也会到期执行。",
    "steps": "想看到每一次提醒，请每次只拨几天。登录已久的人需要重新登录，"
    "已安排的事项也会随之逾期。"
    "时间不能拨回；如需重新开始，请运行 ./zuke demo --reset。",
    "ahead": "天（已提前）",
    "move": "提前天数",
    "wrong": "请填写 1 到 400 之间的整数天数。",
}


def words_for(locale: str | None) -> dict[str, object]:
    """The words for a reader of Stripe's locale."""
    return dict(CHINESE if (locale or "").startswith("zh") else ENGLISH)
