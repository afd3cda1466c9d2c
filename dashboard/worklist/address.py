"""The address of a list: view and filters as a query string, which names nobody, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.exceptions import HTTPException

from casebook.opening import Transaction
from casebook.rows import CaseRow
from casebook.worklist import NONE, Age, Grouping, Place, View, Wanted, next_place
from dashboard.premises import Premises
from dashboard.roles import Right, Role
from dashboard.signing.visiting import Visitor
from journey.case import HoldState
from journey.words import BreakState, EscalationKind, Frozen, Hop, Mode, Party

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FILTERS = ("hop", "break", "state", "payer", "holder", "escalation", "hold", "owner", "age", "due")
"""What narrows a view, by its name in the address."""


class Listing(Frozen):
    """A list as its address names it."""

    view: View
    hop: Hop | None = None
    all_proven: bool = False
    mode: Mode | None = None
    unbroken: bool = False
    state: BreakState | None = None
    payer: str | None = None
    holder: Party | None = None
    escalation: EscalationKind | None = None
    hold: HoldState | None = None
    owner: str | None = None
    age: Age | None = None
    due: date | None = None
    """Whose date comes on this day or before it, by the provider's calendar."""
    group: Grouping | None = None
    place: Place | None = None
    """Where the page begins; on a case page, where the case stood."""

    @classmethod
    def read(cls, query: Mapping[str, str], visitor: Visitor) -> Self:
        """The list of an address.

        Raises:
            HTTPException: 422, a filter has a value that does not exist.
        """
        given = {name: value for name, value in query.items() if value}
        hop, mode = given.get("hop"), given.get("break")
        try:
            return cls.model_validate(
                {
                    **{name: given[name] for name in FILTERS if name in given and name not in ("hop", "break")},
                    "view": given.get("view", first_view(visitor)),
                    "hop": None if hop == NONE else hop,
                    "all_proven": hop == NONE,
                    "mode": None if mode == NONE else mode,
                    "unbroken": mode == NONE,
                    "group": given.get("group"),
                    "place": _place(given["after"]) if "after" in given else None,
                }
            )
        except (ValidationError, ValueError, OverflowError):
            raise HTTPException(422, "This address names a filter that does not exist") from None

    def wanted(self, at: Premises, visitor: Visitor) -> Wanted:
        """What the casebook is asked for; always the visitor's own practice."""
        return Wanted(
            practice=visitor.user.practice,
            now=at.now(),
            view=self.view,
            me=visitor.user.name,
            hop=self.hop,
            all_proven=self.all_proven,
            break_mode=self.mode,
            unbroken=self.unbroken,
            break_state=self.state,
            payer_id=self.payer,
            holder=self.holder,
            escalation=self.escalation,
            hold_state=self.hold,
            owner="" if self.owner == NONE else self.owner,
            age=self.age,
            due_before=day_end(at, self.due) if self.due else None,
        )

    @property
    def filters(self) -> dict[str, str]:
        """What narrows the view, as the address has it."""
        known: dict[str, Any] = {
            "hop": NONE if self.all_proven else self.hop,
            "break": NONE if self.unbroken else self.mode,
            **{name: getattr(self, name) for name in FILTERS if name not in ("hop", "break")},
        }
        return {name: str(value) for name, value in known.items() if value is not None}

    def query(self, *, place: Place | None = None, **changed: str | None) -> str:
        """The query string of this list, with changes; None takes a filter away.

        Args:
            place: where it begins; the top when absent.
            changed: filters, `view` and `group` by their names in the address; `break_` for `break`.
        """
        names = {"view": self.view.value, **self.filters, "group": self.group.value if self.group else None}
        names.update({name.rstrip("_"): value for name, value in changed.items()})
        kept = {name: value for name, value in names.items() if value}
        if place is not None:
            kept["after"] = _placed(place)
        return urlencode(kept)

    def query_of(self, row: CaseRow) -> str:
        """The query of a row's case page: it knows the list, and where in it the case stood."""
        at = row.resolved_at if self.view is View.RESOLVED else row.safe_by
        return self.query(group=None, place=Place(at=at or EPOCH, case_id=row.case_id))


def first_view(visitor: Visitor) -> View:
    """What somebody sees first: their own cases if they work some."""
    mine = visitor.may(Right.WORK) and visitor.role is not Role.SUPERVISOR
    return View.MINE if mine else View.EVERYONE


def next_address(at: Premises, tx: Transaction, visitor: Visitor, query: Mapping[str, str], case_id: str) -> str | None:
    """The page of the case that comes next in the list somebody came from; None without a list or another case.

    Args:
        at: the premises.
        tx: a transaction on its casebook.
        visitor: who works the list.
        query: of the case page, as the list's links made it.
        case_id: the case of that page.
    """
    if not query.get("view"):
        return None
    listing = Listing.read(query, visitor)
    found = next_place(tx, listing.wanted(at, visitor), case_id, listing.place)
    return f"/cases/{found.case_id}?{listing.query(group=None, place=found)}" if found else None


def day_end(at: Premises, day: date) -> datetime:
    """The moment at which a day of the provider is over, UTC."""
    return at.calendar.moment(datetime.combine(day + timedelta(days=1), time())).astimezone(UTC)


def _place(text: str) -> Place:
    micros, _, case_id = text.partition(".")
    return Place(at=EPOCH + timedelta(microseconds=int(micros)), case_id=case_id)


def _placed(place: Place) -> str:
    return f"{(place.at - EPOCH) // timedelta(microseconds=1)}.{place.case_id}"
