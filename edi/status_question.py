"""276 (005010X212): the question what became of a claim, written for one payer."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from edi.envelope_out import Controls, Guide, interchange, segment
from edi.money import amount_text
from edi.trading_partner import TradingPartner
from edi.where import Frozen

GUIDE: Final = Guide(functional_id="HR", transaction_set="276", version="005010X212")
"""Claim status request; its answer is the 277 of the same guide."""

Search = Literal["member_and_date", "member_and_range", "payer_claim_number"]
"""By what the payer is to look: two different ones make a 'no record' (field notes 1.9)."""

_Reference = Annotated[str, Field(max_length=50)]
_Name = Annotated[str, Field(max_length=60)]
_Given = Annotated[str, Field(max_length=35)]
_Identifier = Annotated[str, Field(max_length=80)]


class Person(Frozen):
    """A member or patient, as far as known.

    Attributes:
        last: NM103.
        first: NM104.
        middle: NM105.
        suffix: NM107.
        birth: DMG02.
        gender: DMG03, `F`, `M` or `U`; empty if not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    last: Annotated[_Name, Field(min_length=1)]
    first: _Given = ""
    middle: _Given = ""
    suffix: Annotated[str, Field(max_length=10)] = ""
    birth: date | None = None
    gender: Literal["", "F", "M", "U"] = ""


class StatusInquiry(Frozen):
    """One question about one claim.

    Attributes:
        question_id: TRN02, which the answer returns; opaque, at most 50 characters.
        search: By what the payer is to look.
        payer_id: NM109 of the payer.
        payer_name: NM103 of the payer.
        provider_name: NM103 of the provider of service.
        provider_npi: NM109 of the provider with qualifier `XX`.
        provider_tin: NM109 with qualifier `FI`, where there is no NPI.
        member_id: NM109 of the member.
        group_number: REF*6P.
        member: The member.
        patient: The patient, if it is not the member.
        claim_number: REF*EJ, our claim number.
        payer_claim_number: REF*1K; needed for a search by it.
        charge_cents: AMT*T3 in integer cents; a range search leaves it out, since a charge narrows the search again.
        service_from: First day of service (DTP*472), of the range in a range search.
        service_to: Last day.
        bill_type: REF*BLT of an institutional claim; empty for others.
        partner: Who sends to whom; the sender is the information receiver (NM1*41).
        controls: Numbers of the interchange.
        written_at: Moment that the file states, in the time zone it is given in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    question_id: Annotated[_Reference, Field(min_length=1)]
    search: Search = "member_and_date"
    payer_id: Annotated[_Identifier, Field(min_length=2)]
    payer_name: Annotated[_Name, Field(min_length=1)]
    provider_name: _Name = ""
    provider_npi: Annotated[str, Field(pattern=r"^([0-9]{10})?$")] = ""
    provider_tin: Annotated[str, Field(pattern=r"^([0-9]{9})?$")] = ""
    member_id: Annotated[_Identifier, Field(min_length=2)]
    group_number: _Reference = ""
    member: Person
    patient: Person | None = None
    claim_number: _Reference = ""
    payer_claim_number: _Reference = ""
    charge_cents: int | None = Field(default=None, ge=0)
    service_from: date
    service_to: date
    bill_type: _Reference = ""
    partner: TradingPartner
    controls: Controls
    written_at: AwareDatetime

    @model_validator(mode="after")
    def _askable(self) -> Self:
        """Refuses a question that no payer could answer."""
        if self.service_to < self.service_from:
            raise ValueError("the last day of service is before the first")
        if self.search == "payer_claim_number" and not self.payer_claim_number:
            raise ValueError("a search by the payer's claim number needs that number")
        if not (self.provider_npi or self.provider_tin):
            raise ValueError("the provider has neither an NPI nor a tax number")
        return self


def write(inquiry: StatusInquiry) -> str:
    """Returns the interchange that asks the question.

    Raises:
        edi.envelope_out.UnsendableError: If a value cannot be sent; names segment and element.
    """
    return interchange(_body(inquiry), GUIDE, inquiry.partner, inquiry.controls, inquiry.written_at)


def _body(inquiry: StatusInquiry) -> Iterator[str]:
    at = inquiry.written_at
    yield segment("BHT", "0010", "13", inquiry.question_id, f"{at:%Y%m%d}", f"{at:%H%M}")
    yield segment("HL", "1", "", "20", "1")
    yield _organisation("PR", inquiry.payer_name, "PI", inquiry.payer_id)
    yield segment("HL", "2", "1", "21", "1")
    yield _organisation("41", inquiry.partner.sender.name, "46", inquiry.partner.sender.party)
    yield segment("HL", "3", "2", "19", "1")
    qualifier = "XX" if inquiry.provider_npi else "FI"
    yield _organisation("1P", inquiry.provider_name, qualifier, inquiry.provider_npi or inquiry.provider_tin)
    yield from _people(inquiry)
    yield from _claim(inquiry)


def _people(inquiry: StatusInquiry) -> Iterator[str]:
    """The member, and below it the patient; born when is said of the patient only."""
    patient = inquiry.patient
    yield segment("HL", "4", "3", "22", "1" if patient else "0")
    if patient is None:
        yield from _born(inquiry.member)
    yield _person("IL", inquiry.member, "MI", inquiry.member_id)
    if patient is not None:
        yield segment("HL", "5", "4", "23")
        yield from _born(patient)
        yield _person("QC", patient, "", "")


def _claim(inquiry: StatusInquiry) -> Iterator[str]:
    """What the payer is to look by; its own claim number only in a search by it, so that searches stay different."""
    yield segment("TRN", "1", inquiry.question_id)
    for qualifier, value in (
        ("1K", inquiry.payer_claim_number if inquiry.search == "payer_claim_number" else ""),
        ("BLT", inquiry.bill_type),
        ("6P", inquiry.group_number),
        ("EJ", inquiry.claim_number),
    ):
        if value:
            yield segment("REF", qualifier, value)
    if inquiry.charge_cents is not None and inquiry.search != "member_and_range":
        yield segment("AMT", "T3", amount_text(inquiry.charge_cents))
    yield _days(inquiry.service_from, inquiry.service_to)


def _organisation(entity: str, name: str, qualifier: str, identifier: str) -> str:
    return segment("NM1", entity, "2", name, "", "", "", "", qualifier, identifier)


def _person(entity: str, person: Person, qualifier: str, identifier: str) -> str:
    names = (person.last, person.first, person.middle, "", person.suffix)
    return segment("NM1", entity, "1", *names, qualifier, identifier)


def _born(person: Person) -> Iterator[str]:
    if person.birth is not None:
        yield segment("DMG", "D8", f"{person.birth:%Y%m%d}", person.gender)


def _days(first: date, last: date) -> str:
    if first == last:
        return segment("DTP", "472", "D8", f"{first:%Y%m%d}")
    return segment("DTP", "472", "RD8", f"{first:%Y%m%d}-{last:%Y%m%d}")
