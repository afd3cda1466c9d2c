"""An ordinary journey: announced, asked about, decided, paid, posted. What every figure uses as its case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from journey.case import Opening
from journey.claim import Claim, Coverage, ServiceLine
from journey.decide import decide, open_case
from journey.facts import Adjustment, RemitAdjudicated, RemitLine, StatusAnswered
from journey.plans.file import standard_plan
from journey.tempo import Tempo, Turn
from journey.words import Grade, Party, PayerClass

CHARGE, PAID, CONTRACTUAL, SHARE = 100_000, 48_000, 20_000, 32_000  # cents
REMITTED = datetime(2026, 3, 12, 15, tzinfo=UTC)
"""When the primary paid and announced the crossover; the first reminder (T1) is due 15 business days later."""

LEARNT = datetime(2026, 4, 2, 12, tzinfo=UTC)
"""The case is opened late, on the morning of that reminder's day, so that no figure waits three weeks for it."""

CLOSING_DAY = 0.02  # seconds for a case day once a whole life is to end


@dataclass(frozen=True)
class Ordinary:
    """One case of the load."""

    number: str
    """The claim number, which is its ledger account too."""
    case_id: str

    @property
    def claim(self) -> Claim:
        """A claim of two lines and two policies."""
        person: dict[str, Any] = {"member_last_name": "Brambelow", "member_first_name": "Calla",
                                  "member_birth_date": date(1950, 5, 1)}  # fmt: skip
        return Claim(
            claim_number=self.number,
            practice="practice",
            charge=CHARGE,
            service_from=date(2026, 2, 20),
            service_to=date(2026, 2, 20),
            coverages=(
                Coverage(order=1, payer_id="71001", payer_name="Meridel Medicare East",
                         payer_class=PayerClass.MEDICARE, filing_indicator="MB", member_id="1EG4TE5MK73", **person),
                Coverage(order=2, payer_id="72011", payer_name="Larkfield Mutual", payer_class=PayerClass.COMMERCIAL,
                         filing_indicator="CI", member_id="LFM771204", group_number="G-4401", **person),
            ),
            lines=(
                ServiceLine(number=1, procedure="99214", charge=60_000, control_number="L1"),
                ServiceLine(number=2, procedure="93000", charge=40_000, control_number="L2"),
            ),
            provider_npi="1999999984",
            provider_tin="990000001",
            provider_state="VA",
            facility_code="11",
            patient_last_name="Brambelow",
            patient_first_name="Calla",
            patient_birth_date=date(1950, 5, 1),
            diagnoses=("I10", "E119"),
            billed_on=date(2026, 2, 24),
        )  # fmt: skip

    def opening(self) -> Opening:
        """How it begins."""
        return Opening(case_id=self.case_id, claim=self.claim, opened_at=LEARNT)

    def announced(self) -> RemitAdjudicated:
        """The primary pays and says that it forwarded the claim."""
        return self._remit("primary", Party.PRIMARY, "71001", "19", PAID, ("CO", "45", CONTRACTUAL), ("PR", "2", SHARE))

    def answered(self, at: datetime) -> StatusAnswered:
        """The secondary answers the status question: it has the claim."""
        return StatusAnswered(
            **_stamp(f"{self.case_id}-277", at, Party.SECONDARY, Grade.TRANSACTED),
            payer_ids=("72011",),
            payer_name="Larkfield Mutual",
            category="A2",
            status_code="20",
            searched_by="member_and_date",
            payer_claim_number="ICN-S1",
            statuses=("A2:20:",),
        )

    def decided(self, at: datetime) -> RemitAdjudicated:
        """The secondary pays all that the primary left."""
        paid = self._remit("secondary", Party.SECONDARY, "72011", "2", SHARE, ("OA", "23", CHARGE - SHARE))
        return paid.model_copy(update={"happened_at": at, "learnt_at": at})

    def _remit(
        self, name: str, payer: Party, payer_id: str, status: str, paid: int, *adjustments: tuple[str, str, int]
    ) -> RemitAdjudicated:
        said = tuple(Adjustment(group=group, reason=reason, amount=cents) for group, reason, cents in adjustments)
        return RemitAdjudicated(
            **_stamp(f"{self.case_id}-{name}", REMITTED, payer, Grade.SETTLED),
            payer=payer,
            payer_ids=(payer_id,),
            claim_status=status,
            charge=CHARGE,
            paid=paid,
            adjustments=said,
            remarks=("MA01", "MA18") if status == "19" else (),
            payer_claim_number=f"ICN-{name[0].upper()}1",
            crossover_carrier="LARKFIELD MUTUAL" if status == "19" else "",
            trace=f"EFT-{name}",
            payment_date=REMITTED.date(),
            lines=(RemitLine(number="L1", procedure="99214", charge=CHARGE, paid=paid, adjustments=said),),
        )

    def tempo(self, wall: datetime, reminder_in: timedelta, close_after: timedelta | None = None) -> Tempo:
        """Real time from shortly before the first reminder, `reminder_in` ahead; a quick end if one is wanted."""
        origin = self._reminder() - reminder_in
        if close_after is None:
            return Tempo(wall_origin=wall, case_origin=origin)
        turn = Turn(at=origin + close_after, rate=86400 / CLOSING_DAY)
        return Tempo(wall_origin=wall, case_origin=origin, turns=(turn,))

    def _reminder(self) -> datetime:
        """When the announced crossover is asked about; each case has a time of day of its own."""
        plan = standard_plan().in_force("72011", PayerClass.COMMERCIAL, "VA")
        heard = decide(open_case(self.opening(), plan).case, self.announced(), plan).case
        soft = next(clock.soft for clock in heard.clocks if clock.name == "T1")
        assert soft is not None
        return soft


def _stamp(fact_id: str, at: datetime, sender: Party, grade: Grade) -> dict[str, Any]:
    return {"fact_id": fact_id, "happened_at": at, "learnt_at": at, "source": "bench", "sender": sender, "grade": grade}
