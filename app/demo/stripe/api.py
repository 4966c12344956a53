"""The calls of Stripe's API that this product makes, each with the type of what it may say."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from app.demo.stripe import changes, checkouts, invoices, subscriptions
from app.demo.stripe.errors import Wrong
from app.demo.stripe.world import DAY, Thing, World, listing

Work = Callable[[World, list[str], Thing], Thing]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: method, path (a star stands for an id), module and name of its parameters."""

    method: str
    path: str
    module: str
    params: str
    work: Work


def _retrieve(kind: str) -> Work:
    return lambda world, ids, _asked: world.get(kind, ids[0])


def _list(kind: str, *filters: str) -> Work:
    def work(world: World, _ids: list[str], asked: Thing) -> Thing:
        wanted = {key: asked[key] for key in filters if key in asked and asked[key] != "all"}
        found = world.all(kind, **wanted)
        if "lookup_keys" in asked:
            found = [one for one in found if one["lookup_key"] in asked["lookup_keys"]]
        if isinstance(asked.get("created"), dict):
            since = int(asked["created"].get("gte", 0))
            found = [one for one in found if one["created"] >= since]
        if "types" in asked:
            found = [one for one in found if one["type"] in asked["types"]]
        if kind == "subscription" and "status" not in asked:
            found = [one for one in found if one["status"] != "canceled"]
        if kind == "invoice" and "subscription" in asked:
            its = asked["subscription"]
            found = [one for one in found if invoices.subscription_of(one) == its]
        return listing(f"/v1/{kind}s", found, asked)

    return work


def _create_product(world: World, _ids: list[str], asked: Thing) -> Thing:
    its_id = asked.pop("id", None)
    if its_id in world.things:
        raise Wrong(f"Product already exists: {its_id}", code="resource_already_exists", param="id")
    asked.pop("expand", None)
    made = world.make("product", its_id, **{"active": True, **asked})
    world.tell("product.created", made)
    return made


def _create_price(world: World, _ids: list[str], asked: Thing) -> Thing:
    world.get("product", asked.get("product", ""), "product")
    takes = asked.pop("transfer_lookup_key", False)
    for other in world.all("price", lookup_key=asked.get("lookup_key", "-")):
        if not takes:
            raise Wrong(
                f"A price (`{other['id']}`) already uses that lookup key.", param="lookup_key"
            )
        other["lookup_key"] = None
        world.tell("price.updated", other)
    if "recurring" not in asked or "unit_amount" not in asked:
        raise Wrong("This stand-in takes recurring prices with a unit_amount.", param="recurring")
    recurring = {"interval_count": 1, "meter": None, "usage_type": "licensed"}
    recurring |= {"trial_period_days": None, **asked.pop("recurring")}
    amount = asked["unit_amount"]
    made = world.make(
        "price",
        **{"active": True, **asked},
        recurring=recurring,
        type="recurring",
        unit_amount_decimal=str(amount),
    )
    world.tell("price.created", made)
    return made


def _update(kind: str, *keys: str) -> Work:
    def work(world: World, ids: list[str], asked: Thing) -> Thing:
        thing = world.get(kind, ids[0])
        before = deepcopy(thing)
        for key in keys:
            if key in asked:
                thing[key] = asked[key] or None if isinstance(asked[key], str) else asked[key]
        if "metadata" in asked:
            thing["metadata"] = {**thing["metadata"], **(asked["metadata"] or {})}
        world.tell(f"{kind}.updated", thing, before)
        return thing

    return work


def _create_customer(world: World, _ids: list[str], asked: Thing) -> Thing:
    if "test_clock" in asked:
        world.get("test_helpers.test_clock", asked["test_clock"], "test_clock")
    tax_ids = asked.pop("tax_id_data", [])
    known = {
        key: asked[key]
        for key in asked
        if key
        in (
            "name",
            "email",
            "phone",
            "description",
            "metadata",
            "preferred_locales",
            "test_clock",
            "address",
        )
    }
    made = world.make("customer", **known)
    made["invoice_prefix"] = secrets.token_hex(4).upper()
    made["next_invoice_sequence"] = 1
    made["currency"] = None
    for one in tax_ids:
        _add_tax_id(world, made, one)
    world.tell("customer.created", made)
    return made


def _add_tax_id(world: World, customer: Thing, asked: Thing) -> Thing:
    made = world.make("tax_id", customer=customer["id"], type=asked["type"], value=asked["value"])
    made["verification"] = {"status": "pending", "verified_address": None, "verified_name": None}
    world.tell("customer.tax_id.created", made)
    return made


def _create_tax_id(world: World, ids: list[str], asked: Thing) -> Thing:
    return _add_tax_id(world, world.get("customer", ids[0], "customer"), asked)


def _delete_tax_id(world: World, ids: list[str], _asked: Thing) -> Thing:
    found = world.get("tax_id", ids[1])
    del world.things[found["id"]]
    world.tell("customer.tax_id.deleted", found)
    return {"id": found["id"], "object": "tax_id", "deleted": True}


def _list_tax_ids(world: World, ids: list[str], asked: Thing) -> Thing:
    found = world.all("tax_id", customer=ids[0])
    return listing(f"/v1/customers/{ids[0]}/tax_ids", found, asked)


def _create_portal(world: World, _ids: list[str], asked: Thing) -> Thing:
    if "customer" not in asked:
        raise Wrong("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = world.get("customer", asked["customer"], "customer")
    made = world.make(
        "billing_portal.session",
        customer=customer["id"],
        locale=asked.get("locale"),
        return_url=asked.get("return_url"),
    )
    made["url"] = f"{world.secret.get('base_url', '')}/portal/{made['id']}"
    return made


def _create_subscription(world: World, _ids: list[str], asked: Thing) -> Thing:
    customer = world.get("customer", asked.get("customer", ""), "customer")
    return subscriptions.begin(world, customer, asked)


def _update_subscription(world: World, ids: list[str], asked: Thing) -> Thing:
    return changes.change(world, world.get("subscription", ids[0]), asked)


def _cancel_subscription(world: World, ids: list[str], _asked: Thing) -> Thing:
    return subscriptions.cancel(world, world.get("subscription", ids[0]))


def _preview(world: World, _ids: list[str], asked: Thing) -> Thing:
    return changes.preview(world, asked)


def _pay(world: World, ids: list[str], asked: Thing) -> Thing:
    found = world.get("invoice", ids[0])
    if asked.get("paid_out_of_band"):
        invoices.settle(world, found, by_hand=True)
    elif found["status"] != "open":
        invoices.settle(world, found)  # Refused with its reason.
    elif not invoices.collect(world, found):
        raise Wrong(
            world.secret["refusals"][found["id"]],
            status=402,
            kind="card_error",
            code="card_declined",
        )
    subscriptions.paid(world, found)
    return found


def _void(world: World, ids: list[str], _asked: Thing) -> Thing:
    found = world.get("invoice", ids[0])
    invoices.void(world, found)
    subscriptions.paid(world, found)
    return found


def _create_clock(world: World, _ids: list[str], asked: Thing) -> Thing:
    return world.make(
        "test_helpers.test_clock",
        frozen_time=asked["frozen_time"],
        name=asked.get("name"),
        status="ready",
    )


def _advance(world: World, ids: list[str], asked: Thing) -> Thing:
    clock = world.get("test_helpers.test_clock", ids[0])
    if asked["frozen_time"] <= clock["frozen_time"]:
        raise Wrong("A test clock can only be advanced.", param="frozen_time")
    target = asked["frozen_time"]
    # Day by day, so that what falls due in between happens in its order.
    while clock["frozen_time"] < target:
        clock["frozen_time"] = min(clock["frozen_time"] + DAY, target)
        for customer in world.all("customer", test_clock=clock["id"]):
            subscriptions.tick(world, customer)
    return clock


CALLS = (
    Call("POST", "products", "_product_create_params", "ProductCreateParams", _create_product),
    Call(
        "GET", "products", "_product_list_params", "ProductListParams", _list("product", "active")
    ),
    Call(
        "GET",
        "products/*",
        "_product_retrieve_params",
        "ProductRetrieveParams",
        _retrieve("product"),
    ),
    Call(
        "POST",
        "products/*",
        "_product_update_params",
        "ProductUpdateParams",
        _update("product", "name", "description", "active", "unit_label"),
    ),
    Call("POST", "prices", "_price_create_params", "PriceCreateParams", _create_price),
    Call(
        "GET",
        "prices",
        "_price_list_params",
        "PriceListParams",
        _list("price", "active", "product", "currency"),
    ),
    Call("GET", "prices/*", "_price_retrieve_params", "PriceRetrieveParams", _retrieve("price")),
    Call(
        "POST",
        "prices/*",
        "_price_update_params",
        "PriceUpdateParams",
        _update("price", "active", "nickname", "lookup_key"),
    ),
    Call("POST", "customers", "_customer_create_params", "CustomerCreateParams", _create_customer),
    Call(
        "GET",
        "customers/*",
        "_customer_retrieve_params",
        "CustomerRetrieveParams",
        _retrieve("customer"),
    ),
    Call(
        "POST",
        "customers/*",
        "_customer_update_params",
        "CustomerUpdateParams",
        _update("customer", "name", "email", "phone", "description", "preferred_locales"),
    ),
    Call(
        "POST",
        "customers/*/tax_ids",
        "_customer_tax_id_create_params",
        "CustomerTaxIdCreateParams",
        _create_tax_id,
    ),
    Call(
        "GET",
        "customers/*/tax_ids",
        "_customer_tax_id_list_params",
        "CustomerTaxIdListParams",
        _list_tax_ids,
    ),
    Call(
        "DELETE",
        "customers/*/tax_ids/*",
        "_customer_tax_id_delete_params",
        "CustomerTaxIdDeleteParams",
        _delete_tax_id,
    ),
    Call(
        "POST",
        "checkout/sessions",
        "checkout._session_create_params",
        "SessionCreateParams",
        lambda world, _ids, asked: checkouts.open_checkout(world, asked),
    ),
    Call(
        "GET",
        "checkout/sessions",
        "checkout._session_list_params",
        "SessionListParams",
        _list("checkout.session", "customer", "status"),
    ),
    Call(
        "GET",
        "checkout/sessions/*",
        "checkout._session_retrieve_params",
        "SessionRetrieveParams",
        _retrieve("checkout.session"),
    ),
    Call(
        "POST",
        "checkout/sessions/*/expire",
        "checkout._session_expire_params",
        "SessionExpireParams",
        lambda world, ids, _asked: checkouts.expire(world, world.get("checkout.session", ids[0])),
    ),
    Call(
        "POST",
        "billing_portal/sessions",
        "billing_portal._session_create_params",
        "SessionCreateParams",
        _create_portal,
    ),
    Call(
        "POST",
        "subscriptions",
        "_subscription_create_params",
        "SubscriptionCreateParams",
        _create_subscription,
    ),
    Call(
        "GET",
        "subscriptions",
        "_subscription_list_params",
        "SubscriptionListParams",
        _list("subscription", "customer", "status", "collection_method"),
    ),
    Call(
        "GET",
        "subscriptions/*",
        "_subscription_retrieve_params",
        "SubscriptionRetrieveParams",
        _retrieve("subscription"),
    ),
    Call(
        "POST",
        "subscriptions/*",
        "_subscription_update_params",
        "SubscriptionUpdateParams",
        _update_subscription,
    ),
    Call(
        "DELETE",
        "subscriptions/*",
        "_subscription_cancel_params",
        "SubscriptionCancelParams",
        _cancel_subscription,
    ),
    Call(
        "POST",
        "invoices/create_preview",
        "_invoice_create_preview_params",
        "InvoiceCreatePreviewParams",
        _preview,
    ),
    Call(
        "GET",
        "invoices",
        "_invoice_list_params",
        "InvoiceListParams",
        _list("invoice", "customer", "status", "collection_method"),
    ),
    Call(
        "GET",
        "invoices/*",
        "_invoice_retrieve_params",
        "InvoiceRetrieveParams",
        _retrieve("invoice"),
    ),
    Call(
        "POST",
        "credit_notes",
        "_credit_note_create_params",
        "CreditNoteCreateParams",
        lambda world, _ids, asked: invoices.credit(world, asked),
    ),
    Call("POST", "invoices/*/pay", "_invoice_pay_params", "InvoicePayParams", _pay),
    Call(
        "POST", "invoices/*/void", "_invoice_void_invoice_params", "InvoiceVoidInvoiceParams", _void
    ),
    Call("GET", "events", "_event_list_params", "EventListParams", _list("event", "type")),
    Call("GET", "events/*", "_event_retrieve_params", "EventRetrieveParams", _retrieve("event")),
    Call(
        "POST",
        "test_helpers/test_clocks",
        "test_helpers._test_clock_create_params",
        "TestClockCreateParams",
        _create_clock,
    ),
    Call(
        "GET",
        "test_helpers/test_clocks/*",
        "test_helpers._test_clock_retrieve_params",
        "TestClockRetrieveParams",
        _retrieve("test_helpers.test_clock"),
    ),
    Call(
        "POST",
        "test_helpers/test_clocks/*/advance",
        "test_helpers._test_clock_advance_params",
        "TestClockAdvanceParams",
        _advance,
    ),
)


def find(method: str, path: str) -> tuple[Call, list[str]] | None:
    """The call at a path with the ids in it, or None where this stand-in knows none."""
    steps = path.strip("/").split("/")
    for call in CALLS:
        wanted = call.path.split("/")
        if call.method != method or len(wanted) != len(steps):
            continue
        if all(a in ("*", b) for a, b in zip(wanted, steps, strict=True)):
            return call, [b for a, b in zip(wanted, steps, strict=True) if a == "*"]
    return None
