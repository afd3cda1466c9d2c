"""The header sentence of a case: who decided what, who must do what by when, and what happens otherwise."""

from __future__ import annotations

from datetime import date, datetime

from journey.case import Case, Clock, HoldState
from journey.clocks import LADDER_PREFIX
from journey.evidence.attempts import Attempt, attempts
from journey.evidence.marks import Mark
from journey.evidence.reading import forwarding
from journey.facts import RemitAdjudicated, SecondarySubmitted
from journey.plans.plan import ClockRow, PlanInForce, Then
from journey.words import Hop, Level, Party, Resolution
from journey.workdays import plan_workdays

_DESKS: dict[Party, str] = {
    Party.PROVIDER: "our billing desk",
    Party.POSTING: "our posting desk",
    Party.EDI: "our EDI desk",
    Party.REGISTRATION: "our registration desk",
    Party.CLEARINGHOUSE: "the clearinghouse",
    Party.CROSSOVER_CARRIER: "the crossover carrier",
    Party.PATIENT: "the patient",
    Party.LEDGER: "the ledger",
    Party.SUPERVISOR: "the supervisor",
    Party.BATON: "Baton",
}

_THEN_WORDS: dict[Then, str] = {
    Then.RESUBMISSION: "we send the claim again",
    Then.PROTECTIVE_FILING: "we file to protect the limit",
    Then.COB_CORRECTION: "a COB correction begins",
    Then.POSTING_REVIEW: "a posting review begins",
    Then.COLLECTIONS_HOLD: "the collections hold is escalated",
    Then.SUPERVISOR: "the supervisor takes it",
    Then.CLOSE: "the case is closed",
}

RESOLVED: dict[Resolution, str] = {
    Resolution.PAID_IN_FULL: "the secondary paid, the patient owes nothing",
    Resolution.PAID_PATIENT_OWES: "the secondary paid, the patient owes the rest",
    Resolution.ZERO_PATIENT_OWES: "the secondary decided on no payment, the patient owes the balance",
    Resolution.ZERO_WRITTEN_OFF: "the secondary decided on no payment, the balance is written off",
    Resolution.COVERAGE_INVALID: "the secondary policy was not in force, the patient owes the primary's share",
    Resolution.FILING_LIMIT_LOST: "the filing limit was lost, the provider wrote the balance off",
    Resolution.SUPERVISOR_CLOSED: "closed by a supervisor",
}


def sentence(case: Case, plan: PlanInForce) -> str:
    """One line that answers who holds the file, what they must do, and by when.

    Dates are the provider's; the year stands only where it is not the present one.
    """
    say = _Words(case, plan)
    if case.closed_at:
        return f"{say.primary()}; {say.resolved()}; closed {say.day(case.closed_at)}."
    if case.resolution:
        return f"{say.primary()}; {say.resolved()}; watched for a takeback until {say.watched()}."
    parts = (say.primary(), say.standing(), say.must(), say.hold(), say.filing())
    return "; ".join(part for part in parts if part) + "."


class _Words:
    def __init__(self, case: Case, plan: PlanInForce) -> None:
        self.case, self.plan = case, plan
        self.calendar = plan_workdays(plan)
        self.today = self.calendar.local_date(case.as_of)

    def day(self, moment: datetime | date) -> str:
        day = self.calendar.local_date(moment) if isinstance(moment, datetime) else moment
        year = "" if day.year == self.today.year else f" {day.year}"
        return f"{day.day} {day:%b}{year}"

    def name(self, party: Party) -> str:
        payers = {each.party: each.payer_name for each in self.case.claim.coverages}
        return payers.get(party) or _DESKS.get(party, "somebody unknown")

    def primary(self) -> str:
        remit = self._remit(Party.PRIMARY)
        if remit is None:
            return "Primary has not decided"
        verb = "paid" if remit.paid > 0 else "took its decision back" if remit.paid < 0 else "decided"
        return f"Primary {verb} {self.day(remit.happened_at)}"

    def _remit(self, payer: Party) -> RemitAdjudicated | None:
        found = [each for each in self.case.evidence if isinstance(each, RemitAdjudicated) and each.payer is payer]
        return found[-1] if found else None

    def standing(self) -> str:
        point = self.case.break_point
        if point:
            return f"{point.mode.value} {point.state.value}: {point.reason}"
        if self.case.hop in (Hop.TRANSMITTED, Hop.RECEIVED, Hop.ACCEPTED):
            return self._under_way()
        proven = self.case.proof(Hop.ADJUDICATED if self.case.hop is not Hop.ADJUDICATED else Hop.ACCEPTED)
        verb = "decided" if proven.hop is Hop.ADJUDICATED else "has the claim since"
        last = self._last_attempt()
        payer = last.payer if last else Party.SECONDARY
        return f"{self.name(payer)} {verb} {self.day(proven.at)}" if proven.at else ""

    def _last_attempt(self) -> Attempt | None:
        begun = attempts(self.case.claim, self.case.evidence)
        return begun[-1] if begun else None

    def _under_way(self) -> str:
        last = self._last_attempt()
        third = self.name(Party.TERTIARY) if last and last.payer is Party.TERTIARY else ""
        if last and third and last.by is Mark.PROMISED:
            return f"{self.name(Party.SECONDARY)} announced that it passed the claim on to {third}, not confirmed"
        sent = [each for each in self.case.evidence if isinstance(each, SecondarySubmitted)]
        if sent:
            how = "not accepted" if self.case.hop is Hop.ACCEPTED else "not acknowledged by the payer"
            claim = f"claim to {third}" if third else "secondary claim"
            return f"the {claim} was sent {self.day(sent[-1].happened_at)}, {how}"
        remit = self._remit(Party.PRIMARY)
        if remit is None:
            return ""
        if forwarding(remit) is Mark.PROMISED:
            return "crossover was announced, not confirmed"
        return "crossover was not announced, and nothing was sent"

    def must(self) -> str:
        holder = self.case.holder
        if holder is None:
            return ""
        clock, row = self._watch()
        by = clock.soft if clock and clock.soft and Level.SOFT not in clock.fired else holder.by
        first = f"{self.name(holder.party)} must {holder.pending_action} by {self.day(by)}"
        if clock is None or row is None or clock.hard is None:
            return first
        otherwise = row.if_not or _THEN_WORDS.get(row.hard_then, "it goes up a rung")
        return f"{first}; if not, {otherwise} after {self.day(clock.hard)}"

    def _watch(self) -> tuple[Clock | None, ClockRow | None]:
        """The clock behind the holder: the one whose pending action is the holder's."""
        holder = self.case.holder
        for clock in self.case.clocks:
            row = self.plan.clocks_by_name.get(clock.name)
            if row and holder and row.pending == holder.pending_action and not clock.name.startswith(LADDER_PREFIX):
                return clock, row
        return None, None

    def hold(self) -> str:
        if self.case.hold.state is HoldState.REQUESTED:
            return "the billing hold is not verified"
        return ""

    def filing(self) -> str:
        if self.case.filing_limit is None or self.case.hop not in (Hop.TRANSMITTED, Hop.RECEIVED, Hop.ACCEPTED):
            return ""
        assumed = " (assumed)" if self.case.filing_assumed else ""
        return f"filing limit {self.day(self.case.filing_limit)}{assumed}"

    def resolved(self) -> str:
        assert self.case.resolution is not None
        return f"{self.case.resolution.value}: {RESOLVED[self.case.resolution]}"

    def watched(self) -> str:
        clock = self.case.next_clock
        return self.day(clock.next_due) if clock and clock.next_due else "the end of the monitoring"
