"""What a price book and a price are, for list, form, page, search, API and roles."""

from __future__ import annotations

from app.crm.records.account import CUSTOMER_KINDS
from app.kernel.language import _, plural
from app.records.fields import Field
from app.records.types import Child, Panel, RecordType, Words
from app.sales.models import Price, PriceBook
from app.sales.operations.prices import gather_products, prepare_price, prepare_price_book
from app.sales.pages.prices import prices_of_book

price_book = RecordType(
    key="price_book",
    collection="price_books",
    module="sales",
    model=PriceBook,
    icon="book",
    words=Words(
        one=_("Price book"),
        many=_("Price books"),
        new=_("New price book"),
        count=plural("%(n)s price book", "%(n)s price books"),
        search=_("Name"),
        empty=_("Lists of prices for customers of one kind, or for a time, appear here."),
    ),
    title=PriceBook.name,
    highlights=(PriceBook.customer_kind,),
    fields=(
        Field(
            PriceBook.name,
            _("Name"),
            required=True,
            sort=PriceBook.name_sort,
            sort_chinese=PriceBook.name_sort_zh,
        ),
        Field(
            PriceBook.customer_kind,
            _("For customers of kind"),
            options=CUSTOMER_KINDS,
            help=_("Empty means any customer"),
        ),
        Field(PriceBook.valid_from, _("Valid from"), help=_("Empty means since ever")),
        Field(PriceBook.valid_to, _("Valid to"), help=_("The last day; empty means without end")),
        Field(PriceBook.note, _("Note")),
        Field(PriceBook.owner_id, _("Owner"), to="user"),
        Field(PriceBook.tags, _("Tags")),
        Field(PriceBook.created_at, _("Created"), readonly=True),
        Field(PriceBook.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        PriceBook.name,
        PriceBook.customer_kind,
        PriceBook.valid_from,
        PriceBook.valid_to,
        PriceBook.updated_at,
    ),
    form=(
        PriceBook.name,
        PriceBook.customer_kind,
        PriceBook.valid_from,
        PriceBook.valid_to,
    ),
    more=(PriceBook.note, PriceBook.owner_id, PriceBook.tags),
    search=(PriceBook.name,),
    default_sort="name",
    tells_mine=False,
    children=(Child("price", "price_book_id"),),
    panels=(Panel("sales/_prices_panel.html", prices_of_book, side="middle"),),
    prepare=prepare_price_book,
)

price = RecordType(
    key="price",
    collection="prices",
    module="sales",
    model=Price,
    icon="tag",
    words=Words(
        one=_("Price"),
        many=_("Prices"),
        new=_("New price"),
        count=plural("%(n)s price", "%(n)s prices"),
        search=_("Product or its number"),
        empty=_("What products cost in other currencies, or in a price book, appears here."),
    ),
    title=Price.name,
    subtitle=(Price.price_book_id,),
    fields=(
        Field(
            Price.name,
            _("Name"),
            readonly=True,
            sort=Price.name_sort,
            sort_chinese=Price.name_sort_zh,
        ),
        Field(Price.product_id, _("Product"), to="product", required=True),
        Field(
            Price.price_book_id,
            _("Price book"),
            to="price_book",
            help=_("Empty means the standard price of this currency"),
        ),
        Field(
            Price.unit_price,
            _("Price"),
            help=_("For one unit, without tax; empty means on request"),
            adds_up=False,
        ),
        Field(
            Price.min_quantity,
            _("From quantity"),
            help=_("The price holds from so many units on"),
            adds_up=False,
        ),
        Field(Price.owner_id, _("Owner"), to="user"),
        Field(Price.tags, _("Tags")),
        Field(Price.created_at, _("Created"), readonly=True),
        Field(Price.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Price.name,
        Price.price_book_id,
        Price.unit_price,
        Price.min_quantity,
        Price.updated_at,
    ),
    form=(Price.product_id, Price.price_book_id, Price.unit_price, Price.min_quantity),
    more=(Price.owner_id, Price.tags),
    search=(Price.name,),
    default_sort="name",
    tells_mine=False,
    in_navigation=False,
    can_merge=False,
    prepare=prepare_price,
    gather=gather_products,
)
