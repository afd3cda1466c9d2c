"""Proof of timely filing: which things prove it, what each proves, and on which side of the limit it lies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from casebook.chain import EvidenceEntry
from casebook.reading import HistoryEntry
from journey.facts import (
    ClaimAcknowledged,
    ContactLogged,
    Fact,
    RemitAdjudicated,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.plans.file import standard_plan
from journey.words import Party, PayerClass
from packet.account_parts import FilingPart, Verdict
from packet.composing import compose
from packet.readers import Reader
from packet.reducing import Sight
from packet.sections_filing import verdict
from packet.sources import Source
from packet.timely import REFUSED, filing
from tests.packet.conftest import CLAIM, MADE, Life

LIMIT = date(2026, 7, 8)
ON_THE_DAY = datetime(2026, 7, 9, 3, tzinfo=UTC)
"""Three in the morning in UTC: eleven in the evening of the limit where the provider works."""
SECOND = {"sender": Party.SECONDARY}
OURS = {"submission_id": "S1"}


def case_with(*facts: Fact, limit: date | None = LIMIT) -> Source:
    """A case that heard these facts, with this limit."""
    life = Life()
    entries = tuple(
        HistoryEntry(seq=seq, revision=1, entry=EvidenceEntry(fact=each), hash=f"{seq:064}")
        for seq, each in enumerate(facts, 1)
    )
    case = life.case.model_copy(update={"filing_limit": limit, "filing_rule": "by contract", "filing_assumed": False})
    return Source(case=case, sentence="", heard=entries, plan=standard_plan())


def fact(kind: type[Any], at: datetime = ON_THE_DAY, **fields: Any) -> Any:
    """A fact that happened then."""
    return kind(fact_id=f"{kind.__name__}{at}{fields}", happened_at=at, learnt_at=at, **fields)


def shown(found: FilingPart) -> list[tuple[str, bool | None]]:
    """What each proof shows, and whether in time."""
    return [(each.shows, each.in_time) for each in found.proofs]


PROOFS: list[tuple[Any, str]] = [
    (fact(SecondarySubmitted, **OURS), "sending"),
    (fact(SyntaxAcknowledged, layer="999", accepted=True, sender=Party.CLEARINGHOUSE, **OURS), "sending"),
    (fact(ClaimAcknowledged, category="A1", accepted=True, sender=Party.CLEARINGHOUSE, **OURS), "sending"),
    (fact(ClaimAcknowledged, category="A0", accepted=True, **SECOND), "sending"),
    (fact(ClaimAcknowledged, category="A1", accepted=True, **SECOND), "receipt"),
    (fact(ClaimAcknowledged, category="A2", accepted=True, **SECOND), "receipt"),
    (fact(StatusAnswered, category="P1", **SECOND), "receipt"),
    (fact(RemitAdjudicated, payer=Party.SECONDARY, claim_status="2", charge=1, paid=0, **SECOND), "receipt"),
    (fact(ContactLogged, channel="portal", document="print-7", says=Said.RECEIVED, **SECOND), "receipt"),
    (fact(ContactLogged, person_name="Kim", call_reference="4711", says=Said.RECEIVED, **SECOND), "receipt"),
]
NO_PROOFS: list[Any] = [
    fact(ContactLogged, person_name="Kim", says=Said.RECEIVED, **SECOND),
    fact(ContactLogged, person_name="Kim", call_reference="4711", says=Said.NO_RECORD, **SECOND),
    fact(ContactLogged, person_name="Kim", call_reference="4711", says=Said.RECEIVED, sender=Party.PRIMARY),
    fact(ClaimAcknowledged, category="A7", accepted=False, **SECOND),
    fact(StatusAnswered, category="D0", **SECOND),
    fact(StatusAnswered, category="P1", sender=Party.PRIMARY),
    fact(RemitAdjudicated, payer=Party.PRIMARY, claim_status="19", charge=1, paid=0, sender=Party.PRIMARY),
]


@pytest.mark.parametrize(("proof", "shows"), PROOFS)
def test_what_proves_filing(proof: Fact, shows: str) -> None:
    """Only the payer's own word shows receipt; ours and the clearinghouse's shows sending."""
    sent = [fact(SecondarySubmitted, **OURS)] if getattr(proof, "submission_id", "") else []
    assert (shows, True) in shown(filing(case_with(*sent, proof)))


@pytest.mark.parametrize("said", NO_PROOFS)
def test_what_proves_nothing(said: Fact) -> None:
    """A nameless call, a refusal, 'no record', and the primary's word or promise are no proof of filing."""
    found = filing(case_with(said))
    assert found.proofs == ()
    assert found.verdict is Verdict.NOT_SHOWN


@pytest.mark.parametrize(("days", "in_time"), [(-1, True), (0, True), (1, False)])
def test_the_last_day_still_counts(days: int, in_time: bool) -> None:
    """The limit is the last day on which the payer accepts the claim, and days end where the provider works."""
    proof = fact(ClaimAcknowledged, ON_THE_DAY + timedelta(days=days), category="A2", accepted=True, **SECOND)
    found = filing(case_with(proof))
    assert shown(found) == [("receipt", in_time)]
    assert found.proofs[0].on == LIMIT + timedelta(days=days)
    assert found.verdict is (Verdict.RECEIVED_IN_TIME if in_time else Verdict.TOO_LATE)


def test_the_day_that_the_payer_states_counts() -> None:
    """DTM*050 says when the payer received the claim, however late its remittance came."""
    late = fact(
        RemitAdjudicated,
        ON_THE_DAY + timedelta(days=60),
        payer=Party.SECONDARY,
        claim_status="4",
        charge=1,
        paid=0,
        received_by_payer=LIMIT,
        **SECOND,
    )
    found = filing(case_with(late))
    assert (found.proofs[0].on, found.verdict) == (LIMIT, Verdict.RECEIVED_IN_TIME)
    assert "DTM*050" in found.proofs[0].kind


def test_a_refused_claim_was_never_filed() -> None:
    """A claim that was refused afterwards counts for nothing, and the clock did not wait for it (1.8)."""
    sent = fact(SecondarySubmitted, ON_THE_DAY - timedelta(days=9), **OURS)
    taken = fact(ClaimAcknowledged, ON_THE_DAY - timedelta(days=8), category="A1", accepted=True, **OURS, **SECOND)
    refused = fact(ClaimAcknowledged, ON_THE_DAY - timedelta(days=7), category="A3", accepted=False, **OURS, **SECOND)
    found = filing(case_with(sent, taken, refused))
    assert {each.shows for each in found.proofs} == {REFUSED}
    assert found.verdict is Verdict.NOT_SHOWN
    again = fact(SecondarySubmitted, ON_THE_DAY - timedelta(days=1), submission_id="S2")
    assert filing(case_with(sent, taken, refused, again)).verdict is Verdict.SENT_IN_TIME


def test_a_claim_to_the_third_payer_proves_nothing_at_the_second() -> None:
    """The limit is the secondary's: what went to another payer is not filed there."""
    third = CLAIM.secondary.model_copy(update={"order": 3, "payer_id": "P3", "payer_name": "Third"})
    claim = CLAIM.model_copy(update={"coverages": (*CLAIM.coverages, third)})
    sent = fact(SecondarySubmitted, payer_id="P3", **OURS)
    read = fact(SyntaxAcknowledged, layer="999", accepted=True, sender=Party.CLEARINGHOUSE, **OURS)
    source = case_with(sent, read)
    source = replace(source, case=source.case.model_copy(update={"claim": claim}))
    assert filing(source).proofs == ()
    assert source.about(read) is Party.TERTIARY


def test_a_limit_that_nobody_knows_is_met_by_nothing() -> None:
    """Without a limit there is no verdict, and no proof lies before or after it."""
    found = filing(case_with(PROOFS[5][0], limit=None))
    assert (found.verdict, found.proofs[0].in_time) == (None, None)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ([PROOFS[5][0]], "Filed in time: the payer had the claim by 8 Jul 2026, on the day of the filing limit"),
        ([PROOFS[0][0]], "Sent in time, on 8 Jul 2026"),
        ([fact(SecondarySubmitted, ON_THE_DAY + timedelta(days=1), **OURS)], "LATE: "),
        ([], "NOT SHOWN: "),
    ],
)
def test_the_verdict_in_one_sentence(facts: Iterable[Fact], says: str) -> None:
    """The sentence that stands at the top of the packet names the day, the limit and how far apart they are."""
    source = case_with(*facts)
    packet = compose(source, Sight(Reader.FULL), made_at=MADE, made_by="dana")
    told = verdict(packet, source.calendar)
    assert told.startswith(says)
    assert "8 Jul 2026" in told


def test_the_source_of_the_rule_is_the_override_where_there_is_one() -> None:
    """Aetna's own rule of the plan is cited, not the one of its class; another payer's is that of its class."""
    own = filing(case_with())
    assert "Aetna" in own.source
    plain = CLAIM.secondary.model_copy(update={"payer_id": "P9", "payer_class": PayerClass.MEDICARE})
    source = case_with()
    claim = CLAIM.model_copy(update={"coverages": (CLAIM.primary, plain)})
    other = filing(replace(source, case=source.case.model_copy(update={"claim": claim})))
    assert other.source == standard_plan().sources["filing.medicare"].text


def test_the_source_of_another_plan_is_not_made_up() -> None:
    """A case follows the plan that it was opened with; where another one is at hand, its sources are not cited."""
    source = case_with()
    case = source.case.model_copy(update={"plan_version": "clinic-7"})
    assert filing(replace(source, case=case)).source.startswith("plan clinic-7, which the case follows")
