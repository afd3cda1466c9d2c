"""Cover and protection: the policies in order, the order of benefits with its rules, the billing hold."""

from __future__ import annotations

from typing import Final

from dashboard.case.file import CaseFile, Cited
from journey.benefits.order import Agreement, Ordering, compare, order_of_benefits
from journey.case import HoldState
from journey.plans.collections import CollectionsClock, collections_clocks
from journey.response.holding import SWITCHES
from journey.response.sending import MEMBER_FIELDS, corrections
from journey.words import Frozen, Moment, Switch
from journey.writing import masked, plainly

SWITCH_WORDS: Final = {
    Switch.STATEMENTS: "no statements",
    Switch.DUNNING: "no dunning letters or calls",
    Switch.PLACEMENT: "not to a collections agency",
    Switch.RECALL: "recalled from an agency",
    Switch.BUREAU_DELETION: "taken off credit reports",
    Switch.AUTOPAY: "no automatic card payment",
}


class PolicyShown(Frozen):
    """One policy, its numbers masked."""

    order: int
    payer_name: str
    payer_id: str
    kind: str
    member: str
    group: str
    corrected: str = ""
    """The member id that was put right, masked; empty where nobody did."""
    shown: str = ""
    """The whole member id, on the one answer to a request to show it."""


class StepShown(Frozen):
    """One step of the order of benefits."""

    says: str
    rule: str
    assumed: bool
    flips: tuple[str, ...]


class OrderShown(Frozen):
    """The order of benefits."""

    known: bool
    payers: tuple[str, ...]
    steps: tuple[StepShown, ...]
    out: tuple[str, ...]
    question: str
    ask: str
    policy: int | None
    """The policy that the question is about."""
    billed: str
    wrong: bool


class SwitchShown(Frozen):
    """One of the six switches."""

    words: str
    wanted: bool
    verified: bool


class HoldShown(Frozen):
    """The billing hold."""

    state: HoldState
    words: str
    tone: str
    since: Moment | None
    reviewed_at: Moment | None
    review_by: Moment | None
    switches: tuple[SwitchShown, ...]
    breaches: tuple[Cited, ...]
    permanent: bool
    laws: tuple[CollectionsClock, ...]


def policies(file: CaseFile, shown: int | None = None) -> tuple[PolicyShown, ...]:
    """The policies in billing order; the member id of one of them whole, where that was asked for."""
    changed = corrections(file.case.evidence)
    found = []
    for each in sorted(file.claim.coverages, key=lambda each: each.order):
        corrected = changed.get(MEMBER_FIELDS.get(each.party, ""), "")
        found.append(
            PolicyShown(
                order=each.order,
                payer_name=each.payer_name,
                payer_id=each.payer_id,
                kind=plainly(each.payer_class.value),
                member=masked(each.member_id),
                group=masked(each.group_number) if each.group_number else "",
                corrected=masked(corrected) if corrected and corrected != each.member_id else "",
                shown=(corrected or each.member_id) if each.order == shown else "",
            )
        )
    return tuple(found)


def order(file: CaseFile) -> OrderShown:
    """Which policy comes first by which rule, or what must be asked to know it."""
    found, held = order_of_benefits(file.claim, file.case.evidence), compare(file.claim, file.case.evidence)
    known = isinstance(found, Ordering)
    question = "" if isinstance(found, Ordering) else found.question
    ask = held.ask if isinstance(found, Ordering) else found.ask
    return OrderShown(
        known=known,
        payers=found.payers if isinstance(found, Ordering) else (),
        steps=tuple(
            StepShown(
                says=each.says,
                rule=f"{each.rule} ({each.section}; {each.source})",
                assumed=each.assumed,
                flips=tuple(flip.says for flip in each.would_flip),
            )
            for each in (found.steps if isinstance(found, Ordering) else ())
        ),
        out=tuple(f"{each.payer_name} {each.why}" for each in found.out),
        question=question or held.question,
        ask=file.name(ask) if ask else "",
        policy=None if isinstance(found, Ordering) else found.policy,
        billed=held.says,
        wrong=held.state is Agreement.DIFFERENT,
    )


def hold(file: CaseFile) -> HoldShown:
    """The billing hold: what was asked for, what the ledger shows, what the law says beside it."""
    held = file.case.hold
    words, tone = hold_words(file)
    since = {HoldState.REQUESTED: held.requested_at, HoldState.RELEASED: held.released_at}.get(
        held.state, held.verified_at or held.requested_at
    )
    review = next((each.hard for each in file.case.clocks if each.name == "T15"), None)
    return HoldShown(
        state=held.state,
        words=words,
        tone=tone,
        since=since,
        reviewed_at=held.reviewed_at,
        review_by=review,
        switches=tuple(
            SwitchShown(words=SWITCH_WORDS[each], wanted=each in held.wanted, verified=each in held.verified)
            for each in SWITCHES
        ),
        breaches=file.cited(held.breaches),
        permanent=held.permanent,
        laws=collections_clocks(file.plan.collections, file.claim, file.case.evidence, file.rules.hold.provider),
    )


def hold_words(file: CaseFile) -> tuple[str, str]:
    """The hold in a few words, and the tone in which to say it."""
    held = file.case.hold
    if held.breaches and held.state in (HoldState.REQUESTED, HoldState.VERIFIED):
        return "Billing hold broken", "red"
    return {
        HoldState.NONE: ("No billing hold", "red" if file.case.money.at_risk else "plain"),
        HoldState.REQUESTED: ("Billing hold not verified", "red"),
        HoldState.VERIFIED: ("Billing hold for good" if held.permanent else "Billing hold in force", "violet"),
        HoldState.RELEASE_REQUESTED: ("Billing hold: release asked for", "amber"),
        HoldState.RELEASED: ("Billing hold released", "green"),
    }[held.state]
