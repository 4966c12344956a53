"""What a product and its category are, for list, form, page, search, API and roles."""

from __future__ import annotations

from app.crm.models import Product, ProductCategory
from app.crm.operations.products import category_changed, prepare_category, prepare_product
from app.crm.operations.regrouped import category_regrouped
from app.crm.pages.composer import jotter
from app.crm.product_panels import categories_below, products_of_category
from app.kernel.language import _, plural
from app.records.fields import Field, Option
from app.records.lenses.facts import Board
from app.records.numbers.facts import Numbered
from app.records.types import Panel, RecordType, View, Words

KINDS = (Option("goods", _("Goods"), "blue"), Option("service", _("Service"), "violet"))
STATUSES = (
    Option("active", _("On sale"), "green"),
    Option("discontinued", _("Discontinued"), "grey"),
)

product_category = RecordType(
    key="product_category",
    collection="product_categories",
    module="crm",
    model=ProductCategory,
    icon="hierarchy",
    words=Words(
        one=_("Product category"),
        many=_("Product categories"),
        new=_("New product category"),
        count=plural("%(n)s product category", "%(n)s product categories"),
        search=_("Name"),
        empty=_("Categories put your products in order, one below the other if you like."),
    ),
    title=ProductCategory.name,
    subtitle=(ProductCategory.parent_id,),
    fields=(
        Field(
            ProductCategory.name,
            _("Name"),
            required=True,
            sort=ProductCategory.name_sort,
            sort_chinese=ProductCategory.name_sort_zh,
        ),
        Field(ProductCategory.parent_id, _("Parent category"), to="product_category"),
        Field(
            ProductCategory.position,
            _("Order"),
            help=_("Categories are listed by this number, the smallest first"),
        ),
        Field(ProductCategory.owner_id, _("Owner"), to="user"),
        Field(ProductCategory.tags, _("Tags")),
        Field(ProductCategory.created_at, _("Created"), readonly=True),
        Field(ProductCategory.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        ProductCategory.name,
        ProductCategory.parent_id,
        ProductCategory.position,
        ProductCategory.updated_at,
    ),
    form=(ProductCategory.name, ProductCategory.parent_id, ProductCategory.position),
    more=(ProductCategory.owner_id, ProductCategory.tags),
    search=(ProductCategory.name,),
    default_sort="position",
    tells_mine=False,
    has_timeline=False,
    panels=(
        Panel("crm/_products_panel.html", products_of_category),
        Panel("crm/_categories_panel.html", categories_below),
    ),
    prepare=prepare_category,
    changed=category_changed,
    regrouped=category_regrouped,
)

product = RecordType(
    key="product",
    collection="products",
    module="crm",
    model=Product,
    icon="package",
    words=Words(
        one=_("Product"),
        many=_("Products"),
        new=_("New product"),
        count=plural("%(n)s product", "%(n)s products"),
        search=_("Name or number"),
        empty=_("The goods and services that you sell appear here."),
    ),
    title=Product.name,
    numbered=Numbered(Product.number, "P-{number:05}"),
    subtitle=(Product.number, Product.category_id),
    highlights=(Product.status,),
    board=Board(
        columns=(Product.status, Product.kind),
        facts=(Product.list_price,),
        tells_days=False,
    ),
    fields=(
        Field(
            Product.name,
            _("Name"),
            required=True,
            sort=Product.name_sort,
            sort_chinese=Product.name_sort_zh,
        ),
        Field(
            Product.number,
            _("Product number"),
            help=_("Also called SKU; no two products share one"),
            sort=Product.number_sort,
            is_unique=True,
        ),
        Field(Product.category_id, _("Category"), to="product_category"),
        Field(Product.kind, _("Kind"), options=KINDS),
        Field(Product.status, _("Status"), options=STATUSES),
        Field(Product.unit, _("Unit"), picklist=True),
        Field(Product.list_price, _("List price"), help=_("For one unit, without tax")),
        Field(Product.cost, _("Cost"), help=_("What one unit costs yourselves")),
        Field(Product.tax_rate, _("Tax rate")),
        Field(Product.description, _("Description")),
        Field(Product.owner_id, _("Owner"), to="user"),
        Field(Product.tags, _("Tags")),
        Field(Product.created_at, _("Created"), readonly=True),
        Field(Product.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Product.name,
        Product.number,
        Product.category_id,
        Product.status,
        Product.list_price,
        Product.unit,
        Product.cost,
        Product.tax_rate,
    ),
    form=(
        Product.name,
        Product.number,
        Product.category_id,
        Product.kind,
        Product.list_price,
        Product.unit,
        Product.tax_rate,
    ),
    more=(
        Product.status,
        Product.cost,
        Product.description,
        Product.owner_id,
        Product.tags,
    ),
    search=(Product.name, Product.number),
    default_sort="name",
    tells_mine=False,
    views=(View(_("On sale"), (("status", "active"), ("sort", "name"))),),
    offered=(("status", "active"),),
    panels=(Panel("crm/_composer.html", jotter, side="middle"),),
    prepare=prepare_product,
)
