"""Who sends claims and to whom: the names and numbers that a clearinghouse agreed on with the billing office."""

from edi.where import Frozen


class Address(Frozen):
    """One end of an interchange.

    Attributes:
        qualifier: ISA05 or ISA07, what kind of number follows: `ZZ` agreed on, `30` tax id, `01` DUNS...
        identifier: ISA06 or ISA08, at most 15 characters.
        group: GS02 or GS03.
        party: NM109 of loop 1000A or 1000B.
        name: NM103 there.
    """

    qualifier: str
    identifier: str
    group: str
    party: str
    name: str


class TradingPartner(Frozen):
    """Both ends of the way to the clearinghouse.

    Attributes:
        sender: The billing office (submitter, loop 1000A).
        receiver: The clearinghouse or payer (loop 1000B).
        contact: PER02, whom the receiver asks.
        telephone: PER04, ten digits.
        test: ISA15 `T`: whoever receives the file must not take it for a claim.
    """

    sender: Address
    receiver: Address
    contact: str
    telephone: str
    test: bool


TRIAL = TradingPartner(
    sender=Address(
        qualifier="ZZ", identifier="TRIALBILLER", group="TRIALBILLER", party="TRIALBILLER", name="TRIAL OFFICE"
    ),
    receiver=Address(
        qualifier="ZZ", identifier="TRIALHOUSE", group="TRIALHOUSE", party="TRIALHOUSE", name="TRIAL HOUSE"
    ),
    contact="BILLING OFFICE",
    telephone="5555550100",
    test=True,
)
"""Who speaks while nobody is set: marked as a test, so that no payer takes it for a claim."""
