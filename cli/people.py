"""What people say to a case: contacts, corrections, work taken and done, holds, a supervisor's decisions."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from cyclopts import App, Parameter

from cli.desk import before, name_of, party, put_answer
from cli.failures import CommandError
from cli.home import CaseId, Home, Json
from journey.case import Case
from journey.facts import ContactLogged, CorrectionMade, HoldAsked, PersonActed, Said, SupervisorDecided
from journey.words import Party

contact_app = App(name="contact", help="Log what somebody said about a case.")

By = Annotated[str, Parameter(name="--by", help="Who says so; your login name when absent.")]
At = Annotated[
    datetime | None,
    Parameter(name="--at", help="When it was, in the provider's time zone (2026-03-12T15:30); now when absent."),
]
Channel = Literal["phone", "portal", "ivr", "fax", "letter", "chat", "edi", "in-person"]
CORRECTIONS: dict[
    str,
    Literal["claim_data", "cob_record", "cob_verified", "posting", "document", "coverage", "statement", "refund"],
] = {
    "claim-data": "claim_data",
    "cob-record": "cob_record",
    "cob-verified": "cob_verified",
    "posting": "posting",
    "document": "document",
    "coverage": "coverage",
    "statement": "statement",
    "refund": "refund",
}
DECISIONS: dict[str, Literal["release_hold", "close", "extend", "take_back", "resubmit_now", "write_off"]] = {
    "release-hold": "release_hold",
    "close": "close",
    "extend": "extend",
    "take-back": "take_back",
    "resubmit-now": "resubmit_now",
    "write-off": "write_off",
}
ACTS: dict[str, Literal["assigned", "taken", "done", "given_back", "snoozed"]] = {
    "take": "taken",
    "done": "done",
    "give-back": "given_back",
    "snooze": "snoozed",
    "assign": "assigned",
}
OF_ESCALATIONS = ("take", "done", "give-back")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Told:
    """What was said in a contact, and by whom."""

    with_: Annotated[str, Parameter(name="--with")]
    """Who was contacted: primary, secondary, clearinghouse, ..., or the name of one of the claim's payers."""
    says: Annotated[Said, Parameter(show_default=True)] = Said.NOTHING_NEW
    """What they said, reduced to what the journey can use."""
    person: str = ""
    """The name of the person who said so."""
    reference: str = ""
    """The call's reference number."""
    document: str = ""
    """The reference of a letter, print or screenshot."""
    holder: str = ""
    """Who has the file by their word; a role or a payer's name."""
    action: str = ""
    """What must be done there, by their word."""
    promised: date | None = None
    """By which date, by their word (2026-04-02)."""
    channel: Annotated[Channel, Parameter(show_default=True)] = "phone"
    """How they were reached."""
    note: str = ""
    """Further words, at most 500 characters; kept sealed."""


@contact_app.command
async def add(
    case_id: CaseId, /, *, told: Told, at: At = None, by: By = "", home: Home = None, json: Json = False
) -> None:
    """Log a call, letter or portal visit; the answer says at once whether it counts, and why not.

    An answer counts when it brings news, or names who has the file, what they must do and by when,
    and when it names the person and a call reference or a document. Anything else moves no
    deadline.

    Example: `baton contact add k3j2h4l5 --with aetna --says received --person Kim --reference 4711`

    Args:
        told: What.
    """
    async with before(home, case_id) as desk:
        contact = ContactLogged(
            **desk.fact("contact", party(told.with_, desk.case), at),
            channel="in_person" if told.channel == "in-person" else told.channel,
            logged_by=name_of(by),
            person_name=told.person,
            call_reference=told.reference,
            document=told.document,
            says=told.says,
            holder=party(told.holder, desk.case) if told.holder else None,
            pending_action=told.action,
            promised_date=told.promised,
            note=told.note,
        )
        put_answer(await desk.told(desk.cases.contact(desk.case_id, contact)), json)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class PutRight:
    """What a correction changed, and where."""

    field: str = ""
    """The claim field, such as member_id."""
    before: str = ""
    """Its former value; `-` reads it from standard input, out of the shell's history."""
    after: str = ""
    """Its new value; `-` likewise."""
    reference: str = ""
    """The payer's reference number."""
    effective: date | None = None
    """From which date it holds (2026-04-02)."""
    with_: Annotated[str, Parameter(name="--with", show_default=True)] = "secondary"
    """At which payer; a role or a payer's name."""


NOTHING_NAMED = PutRight()


async def correct(
    case_id: CaseId,
    what: Literal["claim-data", "cob-record", "cob-verified", "posting", "document", "coverage", "statement", "refund"],
    /,
    *,
    right: PutRight = NOTHING_NAMED,
    at: At = None,
    by: By = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Say that claim data, a COB record or a bill was put right.

    Corrected claim data needs the field and its new value; a COB record needs the payer's reference
    number, a document that was sent its attachment control number, and what registration found out of
    a policy (`coverage`, field `ended` or `found`) where it can be seen. A corrected statement and a
    refund are noted; the ledger decides. The order of insurers is corrected before a claim goes out
    again, never after.

    Example: `baton correct k3j2h4l5 cob-verified --reference 881204 --with aetna`

    Args:
        what: What was put right; cob-verified says that the payer confirmed its record.
        right: How.
    """
    async with before(home, case_id) as desk:
        correction = CorrectionMade(
            **desk.fact("correction", Party.PROVIDER, at),
            corrects=CORRECTIONS[what],
            field=right.field,
            before=_value(right.before),
            after=_value(right.after),
            reference=right.reference,
            effective_date=right.effective,
            made_by=name_of(by),
            with_payer=party(right.with_, desk.case),
        )
        put_answer(await desk.told(desk.cases.correction(desk.case_id, correction)), json)


async def act(
    case_id: CaseId,
    what: Literal["take", "done", "give-back", "snooze", "assign"],
    /,
    *,
    escalation: str = "",
    to: str = "",
    until: date | None = None,
    reason: str = "",
    by: By = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Take, finish, give back, snooze or assign the work of a case.

    Taken is not done: a task that is not finished in time falls back and climbs. A snooze puts a
    reminder off, never the hard time, and never beyond the filing limit.

    Example: `baton act k3j2h4l5 take --escalation resubmission`

    Args:
        what: What you do.
        escalation: Which escalation: its kind or its id; may be left out when one is open.
        to: To whom the case is assigned.
        until: The day to which the reminder is put off (2026-04-02).
        reason: Why, in words.
    """
    if what == "assign" and not to:
        raise CommandError("say to whom: `--to NAME`")
    async with before(home, case_id) as desk:
        acted = PersonActed(
            **desk.fact("act", Party.PROVIDER),
            act=ACTS[what],
            person=to if what == "assign" else name_of(by),
            escalation=_escalation(desk.case, escalation) if what in OF_ESCALATIONS else "",
            until=until,
            reason=reason,
        )
        put_answer(await desk.told(desk.cases.act(desk.case_id, acted)), json)


async def hold(case_id: CaseId, /, *, reason: str, by: By = "", home: Home = None, json: Json = False) -> None:
    """Ask for a billing hold on a case's account.

    Baton asks the ledger for all six switches, verifies them there, and keeps the hold until the
    balance is right or a supervisor releases it. Asking again renews the review of a hold that
    stands.

    Example: `baton hold k3j2h4l5 --reason "patient called: bill arrived before the secondary decided"`

    Args:
        reason: Why, in words.
    """
    async with before(home, case_id) as desk:
        asked = HoldAsked(**desk.fact("hold", Party.PROVIDER), person=name_of(by), reason=reason)
        put_answer(await desk.told(desk.cases.hold(desk.case_id, asked)), json)


async def override(
    case_id: CaseId,
    decision: Literal["release-hold", "close", "extend", "take-back", "resubmit-now", "write-off"],
    /,
    *,
    reason: str,
    second: str = "",
    until: date | None = None,
    by: By = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Record a supervisor's decision about a case.

    Closing, sending at once and writing off need a second person; an extension needs a date before the filing limit.
    `take-back` ends the extensions of a case: its clocks have their own times again, and one that has passed rings.

    Example: `baton override k3j2h4l5 extend --until 2026-05-04 --reason "payer's backlog, confirmed in writing"`

    Args:
        decision: What was decided.
        reason: Why, in words.
        second: The second person.
        until: The new hard time of the clock that waits (2026-05-04).
    """
    async with before(home, case_id) as desk:
        decided = SupervisorDecided(
            **desk.fact("decision", Party.SUPERVISOR),
            decision=DECISIONS[decision],
            person=name_of(by),
            second_person=second,
            reason=reason,
            until=until,
        )
        put_answer(await desk.told(desk.cases.override(desk.case_id, decided)), json)


def _value(given: str) -> str:
    """A value that may name a patient: a line of standard input for `-`, where no history keeps it."""
    return sys.stdin.readline().strip() if given == "-" else given


def _escalation(case: Case, word: str) -> str:
    """The id of an open escalation, by its id, its kind, or because it is the only one."""
    waiting = {each.escalation_id: each.kind.value for each in case.open_escalations}
    kind = word.strip().replace("-", "_")
    found = [each for each in waiting if kind in ("", waiting[each], each)]
    if word in {each.escalation_id for each in case.escalations}:
        return word
    if len(found) == 1:
        return found[0]
    if not waiting:
        raise CommandError("no escalation of this case is open")
    raise CommandError(f"say which with `--escalation KIND`; open are: {', '.join(sorted(waiting.values()))}")
