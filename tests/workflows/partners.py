"""Facts as the partners of a journey give them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from journey.facts import (
    Adjustment,
    ClaimAcknowledged,
    ContactLogged,
    RemitAdjudicated,
    StatusAnswered,
)
from journey.words import Grade, Party
from tests.office import CHARGE, CONTRACTUAL, PAID, SHARE


class Partners:
    """Makes facts; each has an id of its own unless one is given."""

    def _base(self, at: datetime, sender: Party, grade: Grade, fact_id: str) -> dict[str, Any]:
        fact_id = fact_id or f"fact-{uuid4().hex[:16]}"
        return {"fact_id": fact_id, "happened_at": at, "learnt_at": at, "sender": sender, "grade": grade}

    def primary(
        self, at: datetime, status: str = "19", remarks: tuple[str, ...] = ("MA18",), fact_id: str = ""
    ) -> RemitAdjudicated:
        """The primary pays and says that it forwards; status 1 and no remark when it does not say so."""
        return RemitAdjudicated(
            **self._base(at, Party.PRIMARY, Grade.SETTLED, fact_id),
            payer=Party.PRIMARY,
            payer_ids=("PRIM1",),
            claim_status=status,
            charge=CHARGE,
            paid=PAID,
            adjustments=(
                Adjustment(group="CO", reason="45", amount=CONTRACTUAL),
                Adjustment(group="PR", reason="1", amount=SHARE),
            ),
            remarks=remarks,
            payer_claim_number="ICN-P1",
            trace="EFT-P",
            payment_date=at.date(),
        )

    def secondary(self, at: datetime, fact_id: str = "") -> RemitAdjudicated:
        """The secondary pays all that the primary left."""
        return RemitAdjudicated(
            **self._base(at, Party.SECONDARY, Grade.SETTLED, fact_id),
            payer=Party.SECONDARY,
            payer_ids=("SEC22",),
            claim_status="2",
            charge=CHARGE,
            paid=SHARE,
            adjustments=(Adjustment(group="OA", reason="23", amount=CHARGE - SHARE),),
            payer_claim_number="ICN-S1",
            trace="EFT-S",
        )

    def takeback(self, at: datetime) -> RemitAdjudicated:
        """The secondary takes that payment back."""
        paid = self.secondary(at)
        back = tuple(each.model_copy(update={"amount": -each.amount}) for each in paid.adjustments)
        changes = {"claim_status": "22", "charge": -CHARGE, "paid": -SHARE, "adjustments": back}
        return paid.model_copy(update=changes)

    def acknowledged(self, at: datetime, by: Party = Party.SECONDARY, category: str = "A2") -> ClaimAcknowledged:
        """A 277CA."""
        return ClaimAcknowledged(
            **self._base(at, by, Grade.TRANSACTED, ""),
            payer_ids=("SEC22",) if by is Party.SECONDARY else (),
            category=category,
            status_code="20",
            accepted=category in ("A1", "A2"),
            payer_claim_number="ICN-S1" if by is Party.SECONDARY else "",
            statuses=(f"{category}:20:",),
        )

    def not_found(self, at: datetime, searched_by: str) -> StatusAnswered:
        """A 277 that says: no such claim."""
        return StatusAnswered(
            **self._base(at, Party.SECONDARY, Grade.TRANSACTED, ""),
            payer_ids=("SEC22",),
            category="D0",
            status_code="35",
            searched_by=searched_by,
            statuses=("D0:35:",),
        )

    def call(self, at: datetime, fact_id: str = "", **changes: Any) -> ContactLogged:
        """A call to the secondary that said nothing; `changes` make it firm."""
        return ContactLogged(
            **self._base(at, Party.SECONDARY, Grade.ASSUMED, fact_id), logged_by="dana", note="under review", **changes
        )

    def firm_call(self, at: datetime, promised: timedelta = timedelta(days=5), fact_id: str = "") -> ContactLogged:
        """A call that names who holds the file, what is pending, by when, and who said so."""
        return self.call(
            at,
            fact_id,
            holder=Party.SECONDARY,
            pending_action="decide the claim",
            promised_date=(at + promised).date(),
            person_name="Lee",
            call_reference="R-77",
        )
