"""The pages that Stripe shows a person: the checkout, the customer's portal, one invoice.

They are in English and Chinese, as Stripe's own are, and hold no script.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from app.demo.stripe import invoices, subscriptions
from app.demo.stripe.cards import attach
from app.demo.stripe.checkouts import complete, expire_late
from app.demo.stripe.errors import Wrong
from app.demo.stripe.words import words_for
from app.demo.stripe.world import DAY, Thing, World

ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "html"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
MOST_DAYS = 400  # That the clock moves at once.
POLICY = "default-src 'none'; style-src 'self'; form-action *; base-uri 'none'"


def answer(world: World, request: Request) -> Response:
    """The page at a path."""
    steps = request.path.strip("/").split("/")
    if steps == ["style.css"]:
        text = (Path(__file__).parent / "html" / "style.css").read_text(encoding="utf-8")
        return Response(text, mimetype="text/css")
    if steps == ["clock"]:
        return _clock(world, request)
    shown = {"checkout": _checkout, "portal": _portal, "invoice": _invoice}.get(steps[0])
    if shown is None or len(steps) < 2 or steps[1] not in world.things:
        return Response("Not found", 404)
    if request.method not in ("GET", "POST"):
        return Response("Not allowed", 405)
    return shown(world, request, world.things[steps[1]])


def _checkout(world: World, request: Request, session: Thing) -> Response:
    error = ""
    expire_late(world)
    if request.method == "POST" and session["status"] == "open":
        customer = world.get("customer", session["customer"])
        try:
            attach(world, customer, request.form.get("number", ""))
            complete(world, session)
        except Wrong as refusal:
            error = str(refusal)
    if session["status"] == "complete":
        return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]), 303)
    item = world.secret["checkouts"][session["id"]]["items"][0]
    price = world.things[item["price"]]
    return _page(
        "checkout.html",
        session["locale"],
        status=402 if error else 200,
        session=session,
        price=price,
        product=world.things[price["product"]],
        quantity=item["quantity"],
        amount=money(session["amount_total"], session["currency"]),
        each=money(price["unit_amount"], price["currency"]),
        error=error,
    )


def _portal(world: World, request: Request, session: Thing) -> Response:
    customer = world.get("customer", session["customer"])
    error = ""
    if request.method == "POST":
        try:
            attach(world, customer, request.form.get("number", ""))
        except Wrong as refusal:
            error = str(refusal)
    kept = customer["invoice_settings"].get("default_payment_method")
    return _page(
        "portal.html",
        session["locale"],
        status=402 if error else 200,
        session=session,
        customer=customer,
        card=world.things[kept]["card"] if kept else None,
        invoices=[_told(one) for one in world.all("invoice", customer=customer["id"])],
        error=error,
        saved=request.method == "POST" and not error,
    )


def _invoice(world: World, request: Request, invoice: Thing) -> Response:
    customer = world.get("customer", invoice["customer"])
    error = ""
    if request.method == "POST" and invoice["status"] == "open":
        way = request.form.get("way", "card")
        try:
            if way == "card" and request.form.get("number"):
                attach(world, customer, request.form["number"])
            if way in ("alipay", "wechat_pay"):
                invoices.settle(world, invoice)
            elif not invoices.collect(world, invoice):
                raise Wrong(world.secret["refusals"][invoice["id"]])
            subscriptions.paid(world, invoice)
        except Wrong as refusal:
            error = str(refusal)
    return _page(
        "invoice.html",
        (customer["preferred_locales"] or [None])[0],
        status=402 if error else 200,
        it=_told(invoice),
        invoice=invoice,
        customer=customer,
        lines=[
            {**one, "money": money(one["amount"], one["currency"])}
            for one in invoice["lines"]["data"]
        ],
        error=error,
        back=_way_back(world, customer),
    )


def _way_back(world: World, customer: Thing) -> str | None:
    """Where the customer came from when they paid or looked at their card last."""
    places = (("billing_portal.session", "return_url"), ("checkout.session", "success_url"))
    for kind, key in places:
        for one in world.all(kind, customer=customer["id"]):
            if one.get(key):
                return str(one[key])
    return None


def _clock(world: World, request: Request) -> Response:
    """Move the clock of the demo: what falls due meanwhile happens."""
    locale = request.args.get("locale") or request.accept_languages.best_match(("en", "zh"))
    typed = request.form.get("days", "1").strip()
    days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    is_wrong = not 0 < days <= MOST_DAYS
    if request.method == "POST" and not is_wrong:
        for _day in range(days):
            world.pass_day()
            for customer in world.all("customer", test_clock=None):
                subscriptions.tick(world, customer)
    return _page(
        "clock.html",
        locale,
        status=422 if is_wrong else 200,
        days=world.seconds // DAY,
        today=datetime.fromtimestamp(world.now(), UTC).date().isoformat(),
        goes_along=world.clock is not None,
        typed=typed,
        is_wrong=is_wrong,
        most=MOST_DAYS,
    )


def _told(invoice: Thing) -> Thing:
    return {
        "id": invoice["id"],
        "number": invoice["number"],
        "status": invoice["status"],
        "url": f"/invoice/{invoice['id']}",
        "due": money(invoice["amount_due"], invoice["currency"]),
    }


def money(amount: int, currency: str) -> str:
    """An amount of cents as it is read."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{currency.upper()} {abs(amount) // 100:,}.{abs(amount) % 100:02d}"


def _page(template: str, locale: Any, *, status: int = 200, **values: Any) -> Response:
    words = words_for(locale)
    html = ENVIRONMENT.get_template(template).render(t=words, **values)
    made = Response(html, status, mimetype="text/html")
    made.headers["Content-Security-Policy"] = POLICY
    return made
