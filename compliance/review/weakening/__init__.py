"""Whether a setting says less than it did: what exposure and protection both ask.

`sides` pairs what was with what is, `orders` say which of two values is the weaker one, `settings`
holds rows of a table against a pair, `wording` writes values into sentences.
"""

from compliance.review.weakening.orders import (
    Flag,
    Key,
    Members,
    Number,
    Order,
    Ranks,
    Same,
    There,
    Tls,
)
from compliance.review.weakening.settings import Setting, Table
from compliance.review.weakening.sides import Pair, Side, Sides
from compliance.review.weakening.wording import cut, shown

__all__ = [
    "Flag",
    "Key",
    "Members",
    "Number",
    "Order",
    "Pair",
    "Ranks",
    "Same",
    "Setting",
    "Side",
    "Sides",
    "Table",
    "There",
    "Tls",
    "cut",
    "shown",
]
