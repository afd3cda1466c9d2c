"""The stories that a world tells: every break point in its kinds, and claims that go well and look much alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Literal

from journey.words import Frozen, Mode
from sandbox.adjudication import Terms
from sandbox.people import COMMERCIAL, MEDICAID, MILITARY, SUPPLEMENTS, Payer
from sandbox.truth import (
    Arrival,
    Manner,
    Patient,
    Pend,
    Posting,
    Refusal,
    RefusedBy,
    Return,
    Route,
    Wanted,
)

HAPPY_SHARE = 0.35


class Part(Frozen):
    """One kind of story to be told; what bears the name of a field of `Script` becomes that field."""

    truth: Mode | None
    route: Route
    also: tuple[Mode, ...] = ()
    arrival: Arrival = Arrival.PROMPT
    refusal: Refusal | None = None
    pend: Pend | None = None
    patient: Patient = Patient.AT_ONCE
    manner: Manner = Manner.PLAIN
    posting: Posting = Posting.RIGHT
    taken_back_by: Return = Return.REVERSAL
    policy_found: bool = False
    told_by_271: bool = False
    bare: bool = False
    forwards_on: bool = False
    protected: bool = False
    copy_late: bool = False
    # What follows shapes the money and the people, and is no field of a script.
    seconds: tuple[Payer, ...] = ()
    """Whom the secondary is drawn from; empty for anyone."""
    terms: Terms | None = None
    """How the secondary pays; None for a draw with something at stake."""
    has_third: bool = False
    takes_back: bool = False
    begins_later: bool = False
    """F14: the secondary policy began after the service, in place of having ended before it."""
    second_status: str = ""
    """F18: CLP02 of the primary's second decision; empty for a primary that keeps to its first."""
    primary_denies: Literal["", "OA", "PR"] = ""
    """F19: the group under which the primary says that the other comes first."""
    patient_pays: Literal["", "share", "owed"] = ""
    """What the patient pays unasked: all that the primary left, or what is owed in the end."""
    slow: bool = False
    """The secondary takes its time."""


def _refusals(mode: Mode, by: RefusedBy, *codes: str, remark: str = "", status: str = "2") -> Iterator[Part]:
    for code in codes:
        said = Refusal(by=by, code=code, remark=remark, claim_status=status)
        yield Part(truth=mode, route=Route.BILLED, refusal=said, bare=mode is Mode.DOCUMENT_WANTED)


def _pends(mode: Mode, wants: Wanted, *told: tuple[str, str, Patient, Route]) -> Iterator[Part]:
    for code, remark, patient, route in told:
        pend = Pend(wants=wants, code=code, remark=remark)
        yield Part(truth=mode, route=route, pend=pend, patient=patient)


_ORDER_835 = Refusal(by=RefusedBy.REMITTANCE, code="OA:22", claim_status="1")
_LIMIT_835 = Refusal(by=RefusedBy.REMITTANCE, code="CO:29")
_ROUTES = (Route.CROSSOVER, Route.BILLED)

HAPPY: tuple[Part, ...] = (
    Part(truth=None, route=Route.CROSSOVER),
    Part(truth=None, route=Route.BILLED),
    Part(truth=None, route=Route.CROSSOVER, arrival=Arrival.SLOW),
    Part(truth=None, route=Route.BILLED, manner=Manner.SPLIT, terms=Terms.SHARED),
    Part(truth=None, route=Route.CROSSOVER, terms=Terms.NOTHING_SHARE),
    Part(truth=None, route=Route.BILLED, has_third=True, terms=Terms.ALL_OF_SHARE),
    Part(truth=None, route=Route.CROSSOVER, copy_late=True),
    Part(truth=None, route=Route.CROSSOVER, manner=Manner.TWICE),
    Part(truth=None, route=Route.BILLED, terms=Terms.NOTHING_SHARE),
    Part(truth=None, route=Route.BILLED, patient_pays="owed", terms=Terms.SHARED, seconds=COMMERCIAL),
    Part(truth=None, route=Route.CROSSOVER, has_third=True, forwards_on=True, terms=Terms.SHARED),
    Part(
        truth=None,
        route=Route.BILLED,
        pend=Pend(wants=Wanted.QUESTIONNAIRE, code="P4:52"),
        patient=Patient.UNASKED,
    ),
    Part(truth=None, route=Route.BILLED, slow=True),
    Part(truth=None, route=Route.CROSSOVER, seconds=MEDICAID, terms=Terms.NOTHING_RATE),
)
"""What goes well: split and posted in full, reported carelessly and posted with care, a third policy that is not
needed or gets the claim by itself, a patient who pays what is owed or answers unasked, a payer that is slow."""

PARTS: dict[Mode, tuple[Part, ...]] = {
    Mode.CROSSOVER_DECLINED: (Part(truth=Mode.CROSSOVER_DECLINED, route=Route.DECLINED),),
    Mode.CROSSOVER_LOST: (Part(truth=Mode.CROSSOVER_LOST, route=Route.CROSSOVER, arrival=Arrival.LOST),),
    Mode.CROSSOVER_ASSUMED: (Part(truth=Mode.CROSSOVER_ASSUMED, route=Route.NOBODY),),
    Mode.REJECTED_FOR_MISMATCH: (
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.PAYER, "A7:164:IL", "A3:33:IL"),
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.REMITTANCE, "CO:31", status="4"),
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.CLEARINGHOUSE, "A6:164:IL"),
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.REMITTANCE, "CO:16", remark="N382"),
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.PAYER, "A7:153:IL", "A7:97:IL"),
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.REMITTANCE, "CO:140"),
    ),
    Mode.WRONG_ORDER: (
        Part(truth=Mode.WRONG_ORDER, route=Route.CROSSOVER, refusal=_ORDER_835),
        *_refusals(Mode.WRONG_ORDER, RefusedBy.PAYER, "A7:85:PR"),
        Part(truth=Mode.WRONG_ORDER, route=Route.BILLED, refusal=_ORDER_835, told_by_271=True),
    ),
    Mode.NOT_POSTED: tuple(
        Part(truth=Mode.NOT_POSTED, route=route, posting=posting)
        for route in _ROUTES
        for posting in (Posting.FORGOTTEN, Posting.SUSPENSE, Posting.WRONG_BUCKET)
    ),
    Mode.POSTED_IN_PART: (
        Part(truth=Mode.POSTED_IN_PART, route=Route.BILLED, posting=Posting.IN_PART, terms=Terms.SHARED),
        Part(
            truth=Mode.POSTED_IN_PART,
            route=Route.BILLED,
            posting=Posting.IN_PART,
            manner=Manner.SPLIT,
            terms=Terms.ALL_OF_SHARE,
        ),
        Part(truth=Mode.POSTED_IN_PART, route=Route.CROSSOVER, posting=Posting.IN_PART, terms=Terms.ALL_OF_SHARE),
    ),
    Mode.OFFSET: tuple(Part(truth=Mode.OFFSET, route=route, manner=Manner.KEPT) for route in _ROUTES),
    Mode.DUAL_BLAME: (Part(truth=Mode.DUAL_BLAME, route=Route.BILLED),),
    Mode.TAKEBACK: (
        *(Part(truth=Mode.TAKEBACK, route=route, takes_back=True) for route in _ROUTES),
        Part(truth=Mode.TAKEBACK, route=Route.BILLED, taken_back_by=Return.RECOUPMENT),
    ),
    Mode.FILING_LIMIT: tuple(Part(truth=Mode.FILING_LIMIT, route=route, refusal=_LIMIT_835) for route in _ROUTES),
    Mode.DUPLICATE: tuple(
        Part(
            truth=Mode.DUPLICATE,
            route=Route.CROSSOVER,
            also=(Mode.CROSSOVER_LOST,),
            arrival=Arrival.AFTER_OURS,
            refusal=refusal,
        )
        for refusal in (
            Refusal(by=RefusedBy.PAYER, code="A3:54"),
            Refusal(by=RefusedBy.REMITTANCE, code="OA:18", remark="N522"),
        )
    ),
    Mode.DOCUMENT_WANTED: (
        *_refusals(Mode.DOCUMENT_WANTED, RefusedBy.REMITTANCE, "CO:252", remark="N479"),
        *_pends(Mode.DOCUMENT_WANTED, Wanted.DOCUMENT, ("P3:294", "", Patient.AT_ONCE, Route.BILLED)),
        *_refusals(Mode.DOCUMENT_WANTED, RefusedBy.PAYER, "A6:286"),
        *_pends(Mode.DOCUMENT_WANTED, Wanted.DOCUMENT, ("CO:226", "M127", Patient.AT_ONCE, Route.CROSSOVER)),
        *_refusals(Mode.DOCUMENT_WANTED, RefusedBy.REMITTANCE, "CO:16", remark="MA04"),
        Part(
            truth=Mode.DOCUMENT_WANTED,
            route=Route.BILLED,
            pend=Pend(wants=Wanted.DOCUMENT, code="CO:252", remark="M127", goes_astray=True),
        ),
        *_pends(Mode.DOCUMENT_WANTED, Wanted.DOCUMENT, ("R4:294", "", Patient.AT_ONCE, Route.CROSSOVER)),
        *_refusals(Mode.DOCUMENT_WANTED, RefusedBy.PAYER, "A6:171"),
    ),
    Mode.PATIENT_SILENT: tuple(
        _pends(
            Mode.PATIENT_SILENT,
            Wanted.QUESTIONNAIRE,
            ("OA:22", "N197", Patient.LATER, Route.CROSSOVER),
            ("P4:52", "", Patient.AT_ONCE, Route.BILLED),
            ("PI:227", "N179", Patient.SILENT, Route.BILLED),
        )
    ),
    Mode.COVERAGE_ENDED: (
        *_refusals(Mode.COVERAGE_ENDED, RefusedBy.REMITTANCE, "CO:27"),
        *_refusals(Mode.COVERAGE_ENDED, RefusedBy.PAYER, "A7:88:IL"),
        Part(
            truth=Mode.COVERAGE_ENDED,
            route=Route.CROSSOVER,
            refusal=Refusal(by=RefusedBy.REMITTANCE, code="CO:26"),
            begins_later=True,
        ),
        Part(
            truth=Mode.COVERAGE_ENDED,
            route=Route.BILLED,
            refusal=Refusal(by=RefusedBy.PAYER, code="A7:27:IL"),
            told_by_271=True,
        ),
        Part(
            truth=Mode.COVERAGE_ENDED,
            route=Route.BILLED,
            refusal=Refusal(by=RefusedBy.REMITTANCE, code="CO:27"),
            policy_found=True,
        ),
    ),
    Mode.TERTIARY_DUE: tuple(
        Part(truth=Mode.TERTIARY_DUE, route=route, has_third=True, terms=Terms.SHARED) for route in _ROUTES
    ),
    Mode.REPORTED_TWICE: tuple(
        Part(truth=Mode.REPORTED_TWICE, route=route, manner=Manner.TWICE, posting=Posting.AS_READ) for route in _ROUTES
    ),
    Mode.PATIENT_PAID: tuple(
        Part(truth=Mode.PATIENT_PAID, route=Route.BILLED, manner=manner, posting=posting, seconds=COMMERCIAL)
        for manner, posting in (
            (Manner.TO_PATIENT, Posting.RIGHT),
            (Manner.TO_PATIENT_AS_SHARE, Posting.RIGHT),
            (Manner.TO_PATIENT, Posting.AS_READ),
        )
    ),
    Mode.PRIMARY_NOT_FINAL: (
        Part(truth=Mode.PRIMARY_NOT_FINAL, route=Route.BILLED, second_status="1", slow=True),
        Part(truth=Mode.PRIMARY_NOT_FINAL, route=Route.CROSSOVER, second_status="19", slow=True),
    ),
    Mode.BOTH_SECOND: tuple(
        Part(
            truth=Mode.BOTH_SECOND,
            route=Route.BILLED,
            also=(Mode.WRONG_ORDER,),
            refusal=_ORDER_835,
            primary_denies=group,
            seconds=COMMERCIAL,
            told_by_271=told,
        )
        for group, told in (("OA", False), ("PR", True))
    ),
    Mode.PATIENT_OVERPAID: tuple(
        Part(
            truth=Mode.PATIENT_OVERPAID,
            route=route,
            patient_pays="share",
            terms=terms,
            seconds=COMMERCIAL + SUPPLEMENTS,
        )
        for route, terms in ((Route.BILLED, Terms.ALL_OF_SHARE), (Route.CROSSOVER, Terms.SHARED))
    ),
    Mode.ACCIDENT_SUSPECTED: tuple(
        _pends(
            Mode.ACCIDENT_SUSPECTED,
            Wanted.ACCIDENT_FORM,
            ("CO:19", "", Patient.LATER, Route.BILLED),
            ("P4:51", "", Patient.AT_ONCE, Route.CROSSOVER),
            ("CO:21", "", Patient.SILENT, Route.BILLED),
        )
    ),
    Mode.PATIENT_PROTECTED: tuple(
        Part(
            truth=Mode.PATIENT_PROTECTED,
            route=Route.CROSSOVER,
            protected=True,
            seconds=MEDICAID,
            terms=terms,
            posting=posting,
        )
        for terms, posting in (
            (Terms.MEDICAID_RATE, Posting.RIGHT),
            (Terms.COPAY_LEFT, Posting.SHARE_LEFT),
            (Terms.PROTECTED_NOTHING, Posting.RIGHT),
            (Terms.NOT_COLLECTABLE, Posting.RIGHT),
        )
    ),
}
"""Every mode in scope with its kinds, told in turn."""

LATER_PAYERS = SUPPLEMENTS + COMMERCIAL + MEDICAID
"""Who may come after Medicare."""

THIRDS = MEDICAID + MILITARY
"""Who may come third, and takes claims on the wire."""


def parts(claims: int, seed: int = 0) -> Iterator[Part]:
    """The stories of a population: about a third go well, the rest evenly over all modes; each mode from 24 claims up.

    Args:
        claims: how many.
        seed: with which of its kinds each mode begins, so that small populations differ.
    """
    broken = max(round(claims * (1 - HAPPY_SHARE)), min(claims - 1, len(PARTS)))
    told = {mode: cycle(_from(seed, kinds)) for mode, kinds in PARTS.items()}
    for mode in islice(cycle(PARTS), broken):
        yield next(told[mode])
    yield from islice(cycle(_from(seed, HAPPY)), claims - broken)


def _from(seed: int, kinds: tuple[Part, ...]) -> tuple[Part, ...]:
    at = seed % len(kinds)
    return (*kinds[at:], *kinds[:at])
