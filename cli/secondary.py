"""`baton x12 secondary`: the claim to the next payer from two files, or what is missing for it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from cli.failures import CommandError, readable
from cli.home import Json, settings_at
from cli.output import put_json, say
from cli.plan_choice import plan_of
from edi.claim import BilledClaim
from edi.claim_order import ClaimOrder, Problem, attachment_of
from edi.facts import sightings
from edi.findings import Quarantined
from edi.items import Item
from edi.opening import opens_case, snapshot
from edi.reader import read
from edi.release import released
from edi.remittance import RemittanceClaim
from edi.sighting import Reception
from journey.claim import Claim
from journey.evidence.roles import placed
from journey.facts import Fact
from worker.partner import trading_partner
from workflows.prior_decisions import earlier_decisions

TRIAL_ID = "TRIAL"


def secondary(
    *,
    claim: Path,
    remit: Annotated[list[Path], Parameter(consume_multiple=False)],
    number: str = "",
    destination: Literal["2", "3"] = "2",
    insurance_type: str = "",
    frequency: Literal["1", "7", "8"] = "1",
    original: str = "",
    attachment: str = "",
    out: Path | None = None,
    json: Json = False,
) -> int:
    """Print the claim to the next payer, or the list of what is missing for it.

    It is built and checked as a case would do it, and bears trial numbers: nothing is sent or
    registered. Shows patient data to whoever may read the files. Ends with 1 when something is missing.

    Example: `baton x12 secondary --claim billed.837 --remit primary.835`

    Args:
        claim: The 837 to the first payer.
        remit: The 835 of each payer before the destination; may be given several times.
        number: Our claim number, where the files hold several claims.
        destination: The payer's place in the billing order: 2 secondary, 3 tertiary.
        insurance_type: Why Medicare does not come first, such as 12; needed where it is billed later.
        frequency: 1 first, 7 replacement, 8 void.
        original: The payer's own number of the claim that is replaced or voided.
        attachment: Number of a document that goes beside the claim, or report:transmission:number.
        out: Write the file there instead of printing it.
    """
    settings = settings_at(None)
    zone = ZoneInfo(plan_of(settings).time_zone)
    told = [item for path in remit for item in _items(path)]
    chosen = _chosen(_items(claim), told, number)
    now = datetime.now(zone)
    reception = Reception(now, zone, "file", lambda *_: TRIAL_ID)
    order = ClaimOrder(
        claim=chosen,
        remits=earlier_decisions(_heard(chosen, told, reception), int(destination)),
        destination=3 if destination == "3" else 2,
        frequency=frequency,
        original_payer_claim_number=original,
        submission_id=TRIAL_ID,
        insurance_type=insurance_type,
        attachment=attachment_of(attachment),
        partner=trading_partner(settings),
        written_at=now,
    )
    made = released(order)
    if isinstance(made, str):
        _put(made, out, json)
        return 0
    _put_problems((*_set_aside(chosen, told), *made), json)
    return 1


def _items(path: Path) -> list[Item]:
    with readable(path).open("rb") as stream:
        return list(read(stream, name="file"))


def _chosen(items: Iterable[Item], told: Iterable[Item], number: str) -> Claim:
    """The claim that is meant: of that number, else the only one that the remittances speak of."""
    billed = [each for each in items if isinstance(each, BilledClaim) and opens_case(each)]
    if not billed:
        raise CommandError("the claim file holds no claim to a first payer that names a second policy")
    spoken = {each.number for each in told if isinstance(each, RemittanceClaim)}
    meant = [each for each in billed if each.number == number] if number else billed
    if len(meant) > 1:
        meant = [each for each in meant if each.number in spoken]
    if len(meant) != 1:
        raise CommandError(f"{len(meant)} of its {len(billed)} claims are meant; name one with --number")
    claim = snapshot(meant[0], "practice")
    if claim is None:
        raise CommandError("the claim names no date of service")
    return claim


def _heard(claim: Claim, told: Iterable[Item], reception: Reception) -> Iterator[Fact]:
    """What the remittances say of the claim, each from the payer that it is of."""
    for item in told:
        if isinstance(item, RemittanceClaim) and item.number == claim.claim_number:
            yield from (placed(claim, each.fact) for each in sightings(item, reception))


def _set_aside(claim: Claim, told: Iterable[Item]) -> Iterator[Problem]:
    """Why a remittance of the claim could not be used."""
    for item in told:
        if isinstance(item, Quarantined) and item.claim_number == claim.claim_number:
            for reason in item.reasons:
                fault = f"the remittance was set aside ({reason.code})"
                yield Problem(place=f"835 {reason.place}", field=reason.code, fault=fault, fix=reason.advice)


def _put(text: str, out: Path | None, json: bool) -> None:
    if out is not None:
        try:
            out.write_text(text, encoding="ascii")
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror or type(error).__name__}") from None
    if json:
        put_json({"claim": text, "problems": []})
    elif out is None:
        sys.stdout.write(text.replace("~", "~\n"))


def _put_problems(problems: Iterable[Problem], json: bool) -> None:
    found = list(problems)
    if json:
        put_json({"claim": None, "problems": [each.model_dump() for each in found]})
    else:
        say(*(f"- {each.sentence}" for each in found))
