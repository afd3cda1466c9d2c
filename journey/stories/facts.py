"""What the phrases of a story mean: from a note taken apart to the fact that it tells."""

from __future__ import annotations

from journey.facts import (
    Adjustment,
    ClaimAcknowledged,
    ContactLogged,
    CorrectionMade,
    HoldAsked,
    MoneyArrived,
    PaymentOffset,
    PersonActed,
    RemitAdjudicated,
    SecondarySubmitted,
    StatusAnswered,
    SupervisorDecided,
    SyntaxAcknowledged,
)
from journey.stories.notes import Arrangement, Brings, Heard, LedgerShows
from journey.stories.words import (
    DECISIONS,
    SAYINGS,
    SWITCH_SETS,
    UnclearError,
    adjustments,
    cents,
    remarks,
    status_codes,
)
from journey.words import Cents, EscalationKind, Grade, Party

# ---- what payers send -----------------------------------------------------------------------------------------------


def _remit(heard: Heard, status: str, paid: Cents, given: tuple[Adjustment, ...]) -> RemitAdjudicated:
    party = heard.party
    said = heard.clauses
    remit = RemitAdjudicated(
        **heard.base(party, Grade.SETTLED),
        payer=party,
        **heard.scene.payer_names(party),
        claim_status=status,
        charge=said.get("charge", heard.scene.claim.charge),
        paid=paid,
        adjustments=given,
        remarks=remarks(heard.codes),
        payer_claim_number=said.get("number", f"{party.value}-1"),
        original_claim_number=said.get("corrects", ""),
        corrected_payer=said.get("names", ""),
        corrected_member_id=said.get("member", ""),
        coverage_ended=said.get("cover_ended"),
        other_subscriber="names" in said,
        trace=said.get("trace", ""),
    )
    heard.scene.remits[party] = remit
    return remit


def pays(heard: Heard) -> Brings:
    """A remittance that pays, or decides on no payment; what is not said of it is filled in so that it balances."""
    party = heard.party
    paid, share = cents(heard.caught["money"]), heard.clauses.get("share", 0)
    given = adjustments(heard.codes) or _shared(heard, party, paid, share, "no_oa23" in heard.clauses)
    status = next((each for each in heard.codes if each.isdigit()), "1" if party is Party.PRIMARY else "2")
    return _remit(heard, "19" if "forwards" in heard.clauses and status == "1" else status, paid, given)


def _shared(heard: Heard, party: Party, paid: Cents, share: Cents, without_oa23: bool) -> tuple[Adjustment, ...]:
    """The adjustments that make the remittance balance: the patient's share, prior impact, and the rest as CO45."""
    earlier = Party.SECONDARY if party is Party.TERTIARY else Party.PRIMARY
    before = heard.scene.remits.get(earlier)
    prior = 0
    if before is not None and party is not Party.PRIMARY and not without_oa23:
        prior = before.charge - sum(each.amount for each in before.adjustments if each.group == "PR")
    rest = heard.scene.claim.charge - paid - share - prior
    parts = (("PR", "2", share), ("OA", "23", prior), ("CO", "45", rest))
    return tuple(Adjustment(group=group, reason=reason, amount=amount) for group, reason, amount in parts if amount)


def denies(heard: Heard) -> Brings:
    """A remittance that refuses the claim for the reasons in parentheses."""
    given = adjustments(heard.codes)
    if not given and "names" not in heard.clauses:
        raise UnclearError("a denial needs its reason, like '(CARC 16)' or '(CO 29)'")
    charge = heard.scene.claim.charge
    whole = [each.model_copy(update={"amount": 0 if n else charge}) for n, each in enumerate(given)]
    status = next((each for each in heard.codes if each.isdigit()), "2")
    return _remit(heard, status, 0, tuple(whole))


def takes_back(heard: Heard) -> Brings:
    """The reversal of the payer's last remittance in this story."""
    party = heard.party
    before = heard.scene.remits.get(party)
    if before is None:
        raise UnclearError(f"{heard.caught['party']} has not paid yet, so there is nothing to take back")
    given = tuple(each.model_copy(update={"amount": -each.amount}) for each in before.adjustments)
    heard.clauses.setdefault("number", before.payer_claim_number)
    return _remit(heard, "22", -before.paid, given)


def keeps(heard: Heard) -> Brings:
    """A provider-level adjustment that took this payment to settle something else (PLB)."""
    caught, trace = heard.caught, heard.clauses.get("trace", "")
    base = heard.base(heard.party, Grade.SETTLED)
    amount = cents(caught["money"])
    return PaymentOffset(**base, reason="WO", amount=amount, trace=trace, names_claim=False, settles=caught["words"])


def offsets(heard: Heard) -> Brings:
    """A provider-level adjustment that names this claim: money taken back, or given back (PLB)."""
    amount = cents(heard.caught["money"]) * (1 if heard.caught["verb"] == "takes back" else -1)
    return PaymentOffset(**heard.base(heard.party, Grade.SETTLED), reason="WO", amount=amount)


def acknowledges(heard: Heard) -> Brings:
    """A claim acknowledgement (277CA) of a clearinghouse or payer."""
    verb = heard.caught["verb"]
    codes = status_codes(heard.codes) or [{"accepts": "A2:20", "rejects": "A3:21"}.get(verb, "A1:19")]
    category, code, entity = (*codes[0].split(":"), "", "")[:3]
    return ClaimAcknowledged(
        **heard.base(heard.party),
        category=category,
        status_code=code,
        entity=entity,
        accepted=verb != "rejects",
        payer_claim_number=heard.clauses.get("number", ""),
        statuses=tuple(codes),
    )


def reads_file(heard: Heard) -> Brings:
    """A file acknowledgement (999, TA1)."""
    accepted = heard.caught["verb"] == "reads"
    layer = "TA1" if "TA1" in heard.codes else "999"
    return SyntaxAcknowledged(**heard.base(Party.CLEARINGHOUSE), layer=layer, accepted=accepted)


def answers(heard: Heard) -> Brings:
    """A status answer (277)."""
    codes = status_codes(heard.codes)
    if not codes:
        raise UnclearError("a payer's electronic answer needs its code, like '(277 D0)'; a call reads 'Dana calls ...'")
    category, code, entity = (*codes[0].split(":"), "", "")[:3]
    return StatusAnswered(
        **heard.base(heard.party),
        category=category,
        status_code=code,
        entity=entity,
        searched_by=heard.clauses.get("searched", "").replace(" ", "_"),
        payer_claim_number=heard.clauses.get("number", ""),
        paid=heard.clauses.get("paid"),
        statuses=tuple(codes),
    )


def money(heard: Heard) -> Brings:
    """A deposit."""
    amount, trace = cents(heard.caught["money"]), heard.clauses.get("trace", "")
    return MoneyArrived(**heard.base(Party.BANK, Grade.SETTLED), amount=amount, trace=trace)


# ---- what people do -------------------------------------------------------------------------------------------------

CHANNELS = {"calls": "phone", "writes to": "letter", "asks": "in_person", "looks into the portal of": "portal"}


def contact(heard: Heard) -> Brings:
    """A call, letter, portal visit or conversation; words that are no known saying are kept, and say nothing new."""
    said = heard.clauses
    words = heard.caught["words"].casefold()
    return ContactLogged(
        **heard.base(heard.party, Grade.STATED),
        channel=CHANNELS[heard.caught["verb"]],
        logged_by=heard.caught["person"],
        person_name=said.get("spoke", ""),
        call_reference=said.get("reference", ""),
        document=said.get("document", ""),
        says=SAYINGS.get(words, SAYINGS[""]),
        holder=said.get("holder"),
        pending_action=said.get("must", ""),
        promised_date=said.get("by"),
        payer_claim_number=said.get("number", ""),
        amount=said.get("amount"),
        note=heard.caught["words"],
    )


def sends(heard: Heard) -> Brings:
    """A secondary claim that the billing system, not Baton, sent."""
    frequency = next((each for each in heard.codes if each in ("1", "7", "8")), "1")
    base = heard.base(Party.PROVIDER, Grade.DOCUMENTED)
    return SecondarySubmitted(**base, submission_id=heard.note.fact_id, frequency=frequency, ours=False)


def cob(heard: Heard) -> Brings:
    """A COB record put right at a payer, or seen to be right there."""
    corrects = {"corrected": "cob_record", "verified": "cob_verified"}[heard.caught["verb"]]
    return CorrectionMade(
        **heard.base(Party.REGISTRATION, Grade.DOCUMENTED),
        corrects=corrects,
        reference=heard.clauses.get("reference", ""),
        effective_date=heard.clauses.get("effective"),
        with_payer=heard.clauses.get("at", Party.SECONDARY),
    )


def corrects_statement(heard: Heard) -> Brings:
    """A corrected statement went to the patient."""
    base = heard.base(Party.PROVIDER, Grade.DOCUMENTED)
    return CorrectionMade(**base, corrects="statement", made_by=heard.caught["person"])


def document(heard: Heard) -> Brings:
    """A document that a payer asked for left us; its reference is the attachment control number."""
    base = heard.base(Party.PROVIDER, Grade.DOCUMENTED)
    reference = heard.clauses.get("reference", "")
    return CorrectionMade(**base, corrects="document", reference=reference, made_by=heard.caught["person"])


def coverage(heard: Heard) -> Brings:
    """What registration found out of the policy: it had ended and there is no other, or there is another."""
    base = heard.base(Party.REGISTRATION, Grade.DOCUMENTED)
    reference = heard.clauses.get("reference", "")
    return CorrectionMade(**base, corrects="coverage", field=heard.caught["verb"], reference=reference)


def corrects(heard: Heard) -> Brings:
    """A field of the claim put right."""
    caught = heard.caught
    return CorrectionMade(
        **heard.base(Party.PROVIDER, Grade.DOCUMENTED),
        corrects="claim_data",
        field=caught["field"].replace(" ", "_"),
        after=caught["words"],
        made_by=caught["person"],
    )


ACTS = {"takes": "taken", "finishes": "done", "gives back": "given_back"}


def acts(heard: Heard) -> Brings:
    """Somebody takes, finishes or gives back an escalation, named by its kind."""
    caught = heard.caught
    kind = EscalationKind(caught["escalation"].replace(" ", "_"))
    base = heard.base(Party.PROVIDER, Grade.STATED)
    return PersonActed(**base, act=ACTS[caught["verb"]], person=caught["person"], escalation=kind.value)


def snoozes(heard: Heard) -> Brings:
    """Somebody puts the reminders off."""
    base = heard.base(Party.PROVIDER, Grade.STATED)
    return PersonActed(
        **base, act="snoozed", person=heard.caught["person"], until=heard.scene.date(heard.caught["date"])
    )


def assigned(heard: Heard) -> Brings:
    """Somebody takes the whole case."""
    return PersonActed(**heard.base(Party.PROVIDER, Grade.STATED), act="assigned", person=heard.caught["person"])


def asks_hold(heard: Heard) -> Brings:
    """Somebody asks for a billing hold."""
    base = heard.base(Party.PROVIDER, Grade.STATED)
    return HoldAsked(**base, person=heard.caught["person"], reason=heard.clauses.get("because", ""))


def decides(heard: Heard) -> Brings:
    """A supervisor's decision."""
    return SupervisorDecided(
        **heard.base(Party.SUPERVISOR, Grade.STATED),
        decision=DECISIONS[heard.caught["decision"]],
        person=heard.caught["person"],
        second_person=heard.clauses.get("with", ""),
        reason=heard.clauses.get("because", ""),
        until=heard.clauses.get("until"),
    )


# ---- what surrounds the case ----------------------------------------------------------------------------------------


def ledger(heard: Heard) -> Brings:
    """A change in the ledger; one balance alone is both the open and the patient's."""
    said = dict(heard.clauses)
    changes: dict[str, object] = {name: said[name] for name in _LEDGER_FIELDS if name in said}
    if "balance" in said:
        changes |= {"open_balance": said["balance"], "patient_balance": said.get("patient_balance", said["balance"])}
    if "switches" in said:
        changes["switches_on"] = SWITCH_SETS[said["switches"]]
    if "statement" in said:
        changes["last_statement_on"] = said["statement"]
    if "statement_amount" in said:
        changes["last_statement_amount"] = said["statement_amount"]
    if "agency" in said:
        changes["placed_with_agency"] = True
    return LedgerShows(changes)


_LEDGER_FIELDS = (
    "patient_balance",
    "secondary_posted",
    "unapplied",
    "deposits",
    "secondary_billed_on",
    "patient_paid",
)


def arranged(heard: Heard) -> Brings:
    """Another behaviour of the world around the case."""
    return Arrangement(heard.caught["arrangement"])


def nothing(_: Heard) -> Brings:
    """Time passes."""
    return None
