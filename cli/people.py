"""What people say to a case: contacts, corrections, work taken and done, holds, a supervisor's decisions."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Annotated, Literal

from cyclopts import App, Parameter

from cli.desk import answered, before, name_of, party, put_answer
from cli.failures import CommandError
from cli.home import CaseId, Home, Json
from journey.case import Case
from journey.facts import ContactLogged, CorrectionMade, HoldAsked, PersonActed, Said, SupervisorDecided
from journey.words import Party

contact_app = App(name="contact", help="Log what somebody said about a case.")

By = Annotated[str, Parameter(name="--by", show_default=False, help="Who says so; your login name when absent.")]
At = Annotated[
    datetime | None,
    Parameter(name="--at", help="When it was, in the provider's time zone (2026-03-12T15:30); now when absent."),
]
Channel = Literal["phone", "portal", "ivr", "fax", "letter", "chat", "edi", "in-person"]
CORRECTIONS: dict[str, Literal["claim_data", "cob_record", "cob_verified", "posting"]] = {
    "claim-data": "claim_data",
    "cob-record": "cob_record",
    "cob-verified": "cob_verified",
    "posting": "posting",
}
DECISIONS: dict[str, Literal["release_hold", "close", "extend", "resubmit_now", "write_off"]] = {
    "release-hold": "release_hold",
    "close": "close",
    "extend": "extend",
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


@contact_app.command
async def add(
    case_id: CaseId,
    /,
    *,
    with_: Annotated[str, Parameter(name="--with")],
    says: Said = Said.NOTHING_NEW,
    person: Annotated[str, Parameter(show_default=False)] = "",
    reference: Annotated[str, Parameter(show_default=False)] = "",
    document: Annotated[str, Parameter(show_default=False)] = "",
    holder: Annotated[str, Parameter(show_default=False)] = "",
    action: Annotated[str, Parameter(show_default=False)] = "",
    promised: date | None = None,
    channel: Channel = "phone",
    note: Annotated[str, Parameter(show_default=False)] = "",
    at: At = None,
    by: By = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Log a call, letter or portal visit; the answer says at once whether it counts, and why not.

    An answer counts when it brings news, or names who has the file, what they must do and by when,
    and when it names the person and a call reference or a document. Anything else moves no
    deadline.

    Example: `baton contact add k3j2h4l5 --with aetna --says received --person Kim --reference 4711`

    Args:
        with_: Who was contacted: primary, secondary, clearinghouse, ..., or the name of one of the claim's payers.
        says: What they said, reduced to what the journey can use.
        person: The name of the person who said so.
        reference: The call's reference number.
        document: The reference of a letter, print or screenshot.
        holder: Who has the file by their word; a role or a payer's name.
        action: What must be done there, by their word.
        promised: By which date, by their word (2026-04-02).
        channel: How they were reached.
        note: Further words, at most 500 characters; kept sealed.
    """
    async with before(home, case_id) as desk:
        contact = ContactLogged(
            **desk.fact("contact", party(with_, desk.case), at),
            channel="in_person" if channel == "in-person" else channel,
            logged_by=name_of(by),
            person_name=person,
            call_reference=reference,
            document=document,
            says=says,
            holder=party(holder, desk.case) if holder else None,
            pending_action=action,
            promised_date=promised,
            note=note,
        )
        put_answer(await answered(desk.cases.contact(desk.case_id, contact)), json)


async def correct(
    case_id: CaseId,
    what: Literal["claim-data", "cob-record", "cob-verified", "posting"],
    /,
    *,
    field: Annotated[str, Parameter(show_default=False)] = "",
    before_: Annotated[str, Parameter(name="--before", show_default=False)] = "",
    after: Annotated[str, Parameter(show_default=False)] = "",
    reference: Annotated[str, Parameter(show_default=False)] = "",
    effective: date | None = None,
    with_: Annotated[str, Parameter(name="--with")] = "secondary",
    at: At = None,
    by: By = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Say that claim data or a COB record was put right.

    Corrected claim data needs the field and its new value; a COB record needs the payer's reference
    number. The order of insurers is corrected before a claim goes out again, never after.

    Example: `baton correct k3j2h4l5 cob-verified --reference 881204 --with aetna`

    Args:
        what: What was put right; cob-verified says that the payer confirmed its record.
        field: The claim field, such as member_id.
        before_: Its former value; `-` reads it from standard input, out of the shell's history.
        after: Its new value; `-` likewise.
        reference: The payer's reference number.
        effective: From which date it holds (2026-04-02).
        with_: At which payer; a role or a payer's name.
    """
    async with before(home, case_id) as desk:
        correction = CorrectionMade(
            **desk.fact("correction", Party.PROVIDER, at),
            corrects=CORRECTIONS[what],
            field=field,
            before=_value(before_),
            after=_value(after),
            reference=reference,
            effective_date=effective,
            made_by=name_of(by),
            with_payer=party(with_, desk.case),
        )
        put_answer(await answered(desk.cases.correction(desk.case_id, correction)), json)


async def act(
    case_id: CaseId,
    what: Literal["take", "done", "give-back", "snooze", "assign"],
    /,
    *,
    escalation: Annotated[str, Parameter(show_default=False)] = "",
    to: Annotated[str, Parameter(show_default=False)] = "",
    until: date | None = None,
    reason: Annotated[str, Parameter(show_default=False)] = "",
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
        put_answer(await answered(desk.cases.act(desk.case_id, acted)), json)


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
        put_answer(await answered(desk.cases.hold(desk.case_id, asked)), json)


async def override(
    case_id: CaseId,
    decision: Literal["release-hold", "close", "extend", "resubmit-now", "write-off"],
    /,
    *,
    reason: str,
    second: Annotated[str, Parameter(show_default=False)] = "",
    until: date | None = None,
    by: By = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Record a supervisor's decision about a case.

    Closing, sending at once and writing off need a second person; an extension needs a date before the filing limit.

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
        put_answer(await answered(desk.cases.override(desk.case_id, decided)), json)


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
