"""The columns of a line, whatever paper it stands on."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Integer, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Id, LongText, Money, Number, Percent, Short


class HasLine:
    """One line: a product or a text, how many of what, at which price; rates are percents.

    Who has it adds the columns of the paper and of the product, `product_id`.

    `list_price` is the price that was found when the line was written, by which one sees what was
    agreed beyond it. `net` and `cost` are those of the whole line, as `arithmetic` rounds them.
    """

    id: Mapped[Id]
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[LongText]
    quantity: Mapped[Number]
    unit: Mapped[Short | None]
    unit_price: Mapped[Money]
    list_price: Mapped[Money | None]
    discount: Mapped[Percent] = mapped_column(default=Decimal(0))
    discount_amount: Mapped[Money] = mapped_column(default=Decimal(0))
    tax_rate: Mapped[Percent] = mapped_column(default=Decimal(0))
    unit_cost: Mapped[Money | None]
    net: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    cost: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
