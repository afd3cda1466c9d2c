"""Where in a file an item was found, and the base of every model of this package."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable record; fields it does not know are ignored, so that newer records stay readable."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Where(Frozen):
    """The place of one item in its file: control numbers to quote to a trading partner, and bytes to look at.

    Attributes:
        interchange_control: ISA13.
        group_control: GS06; empty outside a functional group (TA1).
        transaction_control: ST02; empty outside a transaction set.
        ordinal: Number of the item within its transaction set, counted from 1; 0 for what lies outside one.
        segment: Number of the item's first segment within the file, counted from 1.
        offset: Byte at which that segment starts.
    """

    interchange_control: str = ""
    group_control: str = ""
    transaction_control: str = ""
    ordinal: int = 0
    segment: int = 0
    offset: int = 0
