"""The loops above the claims of an 837: billing provider, subscriber with the payer billed, patient."""

from datetime import date

from edi.claim import BillingProvider, Coverage, Person
from edi.fields import Fields, referred
from edi.parts import Address, Party, Reference, reference
from edi.segments import Segment
from edi.vocabulary import SEQUENCES

_TIN = ("EI", "SY")


class NamedPart:
    """A party with what stands behind its NM1, up to the next NM1."""

    __slots__ = ("address", "birth", "gender", "party", "references")

    def __init__(self, named: Party) -> None:
        """Starts with the name."""
        self.party = named
        self.address = Address()
        self.birth: date | None = None
        self.gender = ""
        self.references: list[Reference] = []

    def add(self, segment: Segment, fields: Fields) -> None:
        """Adds N3, N4, DMG or REF."""
        if segment.id == "N3":
            self.address = self.address.model_copy(update={"lines": tuple(filter(None, segment.elements[1:]))})
        elif segment.id == "N4":
            update = {"city": segment[1], "state": segment[2], "postal_code": segment[3], "country": segment[4]}
            self.address = self.address.model_copy(update=update)
        elif segment.id == "DMG":
            self.birth, self.gender = fields.day(segment, 2), segment[3]
        elif segment.id == "REF":
            self.references.append(referred(segment))

    def person(self) -> Person:
        """Returns the party as a person."""
        return Person(
            party=self.party,
            address=self.address,
            birth=self.birth,
            gender=self.gender,
            references=tuple(self.references),
        )


def named_parts(segments: list[Segment], fields: Fields) -> dict[str, NamedPart]:
    """Returns the parties of a level by role; a role that occurs twice is an error."""
    found: dict[str, NamedPart] = {}
    latest: NamedPart | None = None
    for segment in segments:
        if segment.id == "NM1":
            if segment[1] in found:
                fields.note("SEGMENT_REPEATED", segment, 1)
            latest = found[segment[1]] = NamedPart(fields.party(segment))
        elif latest is not None:
            latest.add(segment, fields)
    return found


def coverage(segment: Segment, fields: Fields) -> Coverage:
    """Returns an SBR."""
    return Coverage(
        sequence=fields.code(segment, 1, SEQUENCES),
        relationship=segment[2],
        group_number=segment[3],
        group_name=segment[4],
        insurance_type=segment[5],
        filing_indicator=segment[9],
    )


class BillingLevel:
    """Level 20 as read; `provider` is None if the billing provider is missing."""

    def __init__(self, segments: list[Segment]) -> None:
        """Reads the segments of the level."""
        self.fields = fields = Fields("2000A")
        found = named_parts(segments, fields).get("85")
        self.provider = self._provider(found, segments) if found else None

    def _provider(self, found: NamedPart, segments: list[Segment]) -> BillingProvider:
        references, named = tuple(found.references), found.party
        tin = next((value for name in _TIN if (value := reference(references, name))), "")
        return BillingProvider(
            party=named,
            npi=named.identifier if named.qualifier == "XX" else "",
            tin=tin,
            taxonomy=next((item[3] for item in segments if item.id == "PRV" and item[1] == "BI"), ""),
            address=found.address,
            references=references,
        )


class SubscriberLevel:
    """Level 22 as read; parts are None where they are missing."""

    def __init__(self, segments: list[Segment]) -> None:
        """Reads the segments of the level."""
        self.fields = fields = Fields("2000B")
        found = named_parts(segments, fields)
        subscriber, payer = found.get("IL"), found.get("PR")
        policies = [segment for segment in segments if segment.id == "SBR"]
        if len(policies) > 1:
            fields.note("SEGMENT_REPEATED", policies[1])
        self.coverage = coverage(policies[0], fields) if policies else None
        self.subscriber = subscriber.person() if subscriber else None
        self.payer = payer.party if payer else None
        self.payer_references = tuple(payer.references) if payer else ()


class PatientLevel:
    """Level 23 as read; `patient` is None if the name is missing."""

    def __init__(self, segments: list[Segment]) -> None:
        """Reads the segments of the level."""
        self.fields = fields = Fields("2000C")
        found = named_parts(segments, fields).get("QC")
        self.patient = found.person() if found else None
        self.relationship = next((segment[1] for segment in segments if segment.id == "PAT"), "")
