"""The plan: journey table, clocks, filing limits, ladders; versioned, validated, pinned in each case's input."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from journey.books.methods import WHOLE, Method
from journey.evidence.marks import Mark
from journey.words import Cents, EscalationKind, Frozen, Grade, Hop, Mode, Party, PayerClass, Rung


class Unit(StrEnum):
    """How a duration counts: business days skip weekends and federal holidays."""

    HOURS = "h"
    BUSINESS_DAYS = "bd"
    CALENDAR_DAYS = "d"


class Span(Frozen):
    """A duration, written as '15bd', '30d' or '4h' in files and messages alike."""

    count: int = Field(ge=0)
    unit: Unit

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        return _parts(given) if isinstance(given, str) else given

    @model_serializer
    def _to_text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """The written form, '15bd'."""
        return f"{self.count}{self.unit}"


def span(text: str) -> Span:
    """Reads '15bd' (business days), '30d' (calendar days) or '4h' (hours).

    Raises:
        ValueError: the text is anything else (pydantic's ValidationError, which is a ValueError).
    """
    return Span.model_validate(text)


def _parts(text: str) -> dict[str, str]:
    found = re.fullmatch(r"([0-9]{1,4})(bd|d|h)", text.strip())
    if not found:
        raise ValueError("a span is a count and a unit: '15bd' business days, '30d' calendar days, '4h' hours")
    return {"count": found[1], "unit": found[2]}


class Then(StrEnum):
    """What an alarm does; every value leads to a person in the end."""

    NOTHING = "nothing"
    TASK = "task"
    """A notice to the holder's queue."""
    ASK_STATUS = "ask_status"
    READ_LEDGER = "read_ledger"
    RESUBMISSION = "resubmission"
    COB_CORRECTION = "cob_correction"
    POSTING_REVIEW = "posting_review"
    COLLECTIONS_HOLD = "collections_hold"
    PROTECTIVE_FILING = "protective_filing"
    SUPERVISOR = "supervisor"
    CLOSE = "close"
    """Only for monitoring after a resolution (T16)."""


def _grade(given: Any) -> Any:
    return Grade.__members__.get(given, given) if isinstance(given, str) else given


class Row(Frozen):
    """A row of a table; written without the fields that have their default, so that a plan travels light."""

    @model_serializer(mode="wrap")
    def _set_fields(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields = type(self).model_fields
        return {name: value for name, value in write(self).items() if getattr(self, name) != fields[name].default}


class HopRow(Row):
    """One row of the journey table."""

    hop: Hop
    needs: Annotated[Grade, BeforeValidator(_grade)]
    """The lowest grade that proves this hop."""
    holder: Party
    """Who has the file while this hop is open and nothing else is known."""
    clocks: tuple[str, ...]
    """The clocks that watch this hop."""
    silence_means: str = ""
    """In words, what it means when nothing comes."""
    then: Then
    """Where silence leads at last."""
    question: str = ""
    ask_provider: str = ""
    ask_payer: str = ""


class ClockRow(Row):
    """One named deadline: which marks start it, which stop it, when it rings and what it does."""

    name: str
    title: str = ""
    holder: Party
    """Whose move it is while this clock runs."""
    pending: str
    """The action that is awaited, in words ('acknowledge the file (999)')."""
    starts: tuple[Mark, ...]
    """The newest of these marks is the start."""
    stops: tuple[Mark, ...]
    """Any of these in the same attempt, not older than the start, stops it."""
    soft: Span | None = None
    hard: Span | None = None
    soft_then: Then = Then.TASK
    outreach: tuple[tuple[str, Span], ...] = ()
    """Tasks to reach whoever must act while this clock runs: by which channel, how long after its start ('0d' at
    once). Its soft alarm rings for each of them."""
    hard_then: Then
    moved_by: tuple[Mark, ...] = ()
    """Marks that may push it once (field notes 2.3, extension rule)."""
    capped: bool = False
    """True where the filing limit cuts this wait short (I7)."""
    silence_means: str = ""
    if_not: str = ""
    """What follows when the hard time passes, in words; empty where the alarm's own word will do."""
    large_from: Cents | None = None
    """From this much at risk the large spans below are in force; None where the amount makes no difference."""
    soft_large: Span | None = None
    hard_large: Span | None = None

    def soft_for(self, at_risk: Cents) -> Span | None:
        """The soft span for this much money at risk (cents)."""
        return self.soft_large or self.soft if self._is_large(at_risk) else self.soft

    def hard_for(self, at_risk: Cents) -> Span | None:
        """The hard span for this much money at risk (cents)."""
        return self.hard_large or self.hard if self._is_large(at_risk) else self.hard

    def _is_large(self, at_risk: Cents) -> bool:
        return self.large_from is not None and at_risk >= self.large_from


class FilingRule(Row):
    """A timely-filing limit for one payer class: candidates from service date and primary remittance; earliest wins."""

    payer_class: PayerClass
    from_service: int | None = Field(default=None, gt=0)
    """Calendar days from the last date of service."""
    from_remit: int | None = Field(default=None, gt=0)
    """Calendar days from the primary remittance."""
    year_end_after: int | None = Field(default=None, ge=0)
    """Years after the service year whose 31 December is the limit (FEP)."""
    years_from_service: int | None = Field(default=None, gt=0)
    """Calendar years from the last date of service; 29 February counts to 28 February (Medicare, TRICARE)."""
    assumed: bool = True


class Ladder(Frozen):
    """How an escalation climbs when nothing is done: rung and how long it may stay there."""

    kind: EscalationKind
    owner: Party
    rungs: tuple[tuple[Rung, Span], ...]
    falls_back_after: Span
    """A taken task that is not finished comes back after this."""


class HoldRules(Row):
    """What a billing hold carries; how fast it must be seen and reviewed stands in clocks TH and T15."""

    reason_code: str = "COB-SECONDARY-PENDING"
    provider: Literal["", "nonprofit_hospital", "hospital", "physician"] = ""
    """The kind of provider, which decides what collections rules bind it; empty where the claim's form must tell."""


class Benefit(Row):
    """What the secondary should pay by its contract, where a site knows it (field notes 3.2); money in cents."""

    method: Method | None = None
    """None: nobody knows, and nothing is counted."""
    share: int = Field(default=WHOLE, ge=0, le=WHOLE)
    """What the plan pays of what it covers, in hundredths of a percent: 8000 is 80 %."""
    deductible: Cents = Field(default=0, ge=0)
    """What of the plan's own deductible stands against this claim."""
    schedule: int = Field(default=WHOLE, gt=0)
    """The plan's own allowed amount, in hundredths of a percent of the primary's: 10000 is the same."""
    allowable: Literal["higher", "primary", "secondary"] = "higher"
    """Whose allowed amount is the allowable expense; the contract decides."""
    tolerance: Cents = Field(default=100, ge=0)
    """A payment that is short by no more than this, or by the share below of what was due, is let go."""
    tolerance_share: int = Field(default=100, ge=0, le=WHOLE)
    """The same in hundredths of a percent; the larger of the two counts."""


class Calendar(Frozen):
    """On which days and between which local hours of the provider deadlines fall."""

    time_zone: str
    extra_holidays: tuple[date, ...] = ()
    business_open: int = Field(default=9, ge=0, le=23)
    business_close: int = Field(default=17, ge=1, le=24)
    """Deadlines fall between these local hours, spread by case, so that a day's clocks do not ring at once."""

    @model_validator(mode="after")
    def _makes_a_working_day(self) -> Self:
        if self.business_open >= self.business_close:
            raise ValueError("business_open must be earlier than business_close")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            raise ValueError("time_zone is not in the time zone database; write one like 'America/Chicago'") from None
        return self


class Settings(Frozen):
    """The single values of a plan."""

    embargo_days: int = Field(ge=0)
    """Calendar days after the primary remittance before which no manual claim may follow a promise."""
    extension_days: int = Field(ge=0)
    """The most that one answer may move a clock."""
    filing_reserve_days: int = Field(ge=0)
    """No wait may pass the filing limit less this."""
    filing_before_remit_days: int = Field(gt=0)
    """Days from the last service date that stand in for a limit counted from a remittance that has not come."""
    filing_alerts: tuple[int, ...] = Field(min_length=1)
    """Days before the limit on which it rings."""
    vague_limit: int = Field(ge=1)
    """So many vague answers from one party escalate."""
    not_found_gap: Span
    """Two 'no record' answers must lie this far apart."""
    automatic: tuple[Mode, ...]
    """Break points whose resubmission Baton writes by itself once confirmed."""


class PlanInForce(Calendar, Settings):
    """The plan of one case: after overrides, without sources; small enough to travel in the workflow's input."""

    version: str
    digest: str
    """16 hex digits over everything else here: two cases with the same digest follow the same rules."""
    hops: tuple[HopRow, ...]
    clocks: tuple[ClockRow, ...]
    filing: tuple[FilingRule, ...]
    ladders: tuple[Ladder, ...]
    hold: HoldRules = HoldRules()
    benefit: Benefit = Benefit()

    @cached_property
    def clocks_by_name(self) -> dict[str, ClockRow]:
        """The clock rows, found by name."""
        return {each.name: each for each in self.clocks}

    def clock(self, name: str) -> ClockRow:
        """The row of a clock; KeyError if the plan has none of that name."""
        return self.clocks_by_name[name]
