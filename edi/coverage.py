"""271 to facts: what a payer's answer says of a coverage, and how the cases of that member are found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from edi.eligibility import CoverageAnswer, Insured
from edi.parts import Party as Named
from edi.parts import reference
from edi.sighting import Key, Reception, Sighting, payer_keys, plain, stamped
from journey.claim import Claim, Coverage
from journey.facts import CoverageChecked, OtherPolicy
from journey.words import Grade

_SELF = "18"
"""SBR02, PAT01 and INS02: the patient is the member."""


def checked(item: CoverageAnswer, reception: Reception) -> Sighting:
    """The fact of one answer; it need not have a claim number, so that our question or the member says whose it is."""
    source, member = item.header.source, item.subscriber
    fact = CoverageChecked.model_validate(
        {
            **stamped(item.digest, item.header.created, item.where, reception, Grade.TRANSACTED),
            "payer_ids": _ids(source),
            "payer_name": source.name if source else "",
            "active": None if item.refused else item.active,
            "since": item.since,
            "until": item.until,
            "others": _others(item),
            **(_of(member) if member else {}),
            "verified_on": item.verified,
            "refusals": item.refused,
        }
    )
    return Sighting(fact, (*_questions(item), *_members(item), *_accounts(item)))


def member_keys(claim: Claim) -> tuple[Key, ...]:
    """The keys under which the patient of a claim is known to each of its payers."""
    return tuple(dict.fromkeys(key for each in claim.coverages for key in _of_policy(claim, each)))


def _of_policy(claim: Claim, coverage: Coverage) -> Iterator[Key]:
    number = plain(coverage.member_id)
    if not number:
        return
    who = [_SELF] if _is_the_member(claim, coverage) else []
    who += _persons(claim.patient_first_name, claim.patient_birth_date)
    for each in who:
        yield from payer_keys("member", (coverage.payer_id,), coverage.payer_name, f"{number}|{each}")


def _is_the_member(claim: Claim, coverage: Coverage) -> bool:
    if coverage.relationship:
        return coverage.relationship == _SELF
    of_member = plain(coverage.member_last_name), plain(coverage.member_first_name)
    return all(of_member) and of_member == (plain(claim.patient_last_name), plain(claim.patient_first_name))


def _persons(first: str, birth: date | None) -> list[str]:
    """A dependent by first name, then by birth: several people share one member id, and twins a day of birth."""
    return [*([f"name:{plain(first)}"] if plain(first) else []), *([f"born:{birth}"] if birth else [])]


def _questions(item: CoverageAnswer) -> tuple[Key, ...]:
    given = dict.fromkeys((*item.traces, item.header.reference))
    return tuple(("question", each) for each in given if each)


def _accounts(item: CoverageAnswer) -> tuple[Key, ...]:
    """Our claim number, if the question was asked for a claim: as the patient's account (REF*EJ) or as its trace."""
    asked = (each for each in (item.dependent, item.subscriber) if each)
    given = [reference(each.references, "EJ") for each in asked]
    return tuple(("claim_number", each) for each in dict.fromkeys((*given, *item.traces)) if each)


def _members(item: CoverageAnswer) -> tuple[Key, ...]:
    """An answer about a dependent concerns that dependent only, one about a subscriber the claims of the subscriber."""
    member, source = item.subscriber, item.header.source
    if member is None or source is None or not plain(member.party.identifier):
        return ()
    number = plain(member.party.identifier)
    patient = item.dependent
    who = [_SELF] if patient is None else _persons(patient.party.first, patient.birth)[:1]
    return tuple(key for each in who for key in payer_keys("member", _ids(source), source.name, f"{number}|{each}"))


def _ids(source: Named | None) -> tuple[str, ...]:
    return (source.identifier,) if source and source.identifier else ()


def _of(member: Insured) -> dict[str, object]:
    return {
        "member_id": member.party.identifier,
        "member_last_name": member.party.name,
        "member_first_name": member.party.first,
        "member_birth_date": member.birth,
    }


def _others(item: CoverageAnswer) -> tuple[OtherPolicy, ...]:
    return tuple(
        OtherPolicy(
            payer_id=each.identifier, payer_name=each.name, order=each.order, since=each.since, until=each.until
        )
        for each in item.others
    )
