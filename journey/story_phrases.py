"""The phrases of a story: a table of what people write, and the fact that each phrase is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from journey.claim import Claim
from journey.facts import (
    Adjustment,
    ClaimAcknowledged,
    ContactLogged,
    CorrectionMade,
    Fact,
    HoldAsked,
    MoneyArrived,
    PersonActed,
    RemitAdjudicated,
    SecondarySubmitted,
    StatusAnswered,
    SupervisorDecided,
    SyntaxAcknowledged,
)
from journey.story_words import (
    DECISIONS,
    PARTIES,
    SAYINGS,
    SWITCH_SETS,
    Pattern,
    UnclearError,
    adjustments,
    cents,
    pattern,
    remarks,
    split,
    status_codes,
)
from journey.words import Cents, EscalationKind, Grade, Party


class Arrangement(StrEnum):
    """How the world around the case behaves in a rehearsal, until a later note says otherwise."""

    LEDGER_SILENT = "the ledger does not answer"
    LEDGER_ANSWERS = "the ledger answers again"
    HOLD_IGNORED = "the ledger sets no hold"
    HOLD_HEEDED = "the ledger sets holds again"
    NOTHING_SENT = "nothing of ours goes out"
    ALL_SENT = "what is ours goes out again"
    AGAIN = "the same message again"


@dataclass(frozen=True, slots=True)
class LedgerShows:
    """A change in the provider's ledger; the fields are those of `LedgerRead`."""

    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Note:
    """One note as written: the id of its fact, the moment (UTC) at which it comes, and its text."""

    fact_id: str
    at: datetime
    text: str


Brings = Fact | LedgerShows | Arrangement | None


@dataclass
class Heard:
    """A note taken apart: what its phrase caught, its clauses, its codes in parentheses."""

    note: Note
    caught: dict[str, str]
    codes: list[str]
    clauses: dict[str, Any] = field(default_factory=dict)

    def base(self, sender: Party, grade: Grade = Grade.TRANSACTED) -> dict[str, Any]:
        """What every fact carries."""
        at = self.note.at
        happened = self.clauses.get("dated")
        return {
            "fact_id": self.note.fact_id,
            "happened_at": datetime.combine(happened, time(13), at.tzinfo) if happened else at,
            "learnt_at": at,
            "source": self.note.fact_id,
            "sender": sender,
            "grade": grade,
        }


class Teller:
    """Turns notes into facts; remembers the claim's money as far as the story has told it."""

    def __init__(self, claim: Claim, on_date: Callable[[str, bool], date]) -> None:
        """Takes the claim, and what reads a date (True: it lies in the past)."""
        self.claim = claim
        self._on_date = on_date
        self.remits: dict[Party, RemitAdjudicated] = {}

    def hear(self, note: Note) -> Brings:
        """What a note brings.

        Raises:
            UnclearError: no phrase fits; the message says what would.
        """
        codes, (head, *rest) = split(note.text)
        for phrase in PHRASES:
            caught = phrase.pattern.match(head)
            if caught is not None:
                heard = Heard(note, caught, codes)
                extra = [caught.pop("first")] if "first" in caught else []
                for clause in (*extra, *rest):
                    self._clause(heard, phrase, clause)
                return phrase.brings(self, heard)
        raise UnclearError(f"'{head}' is no phrase of stories; those are: " + "; ".join(each.text for each in PHRASES))

    def _clause(self, heard: Heard, phrase: Phrase, text: str) -> None:
        for name in phrase.clauses:
            caught = CLAUSES[name].match(text)
            if caught is not None:
                heard.clauses[name] = self._value(caught)
                return
        allowed = "; ".join(CLAUSES[name].text for name in phrase.clauses) or "nothing"
        raise UnclearError(f"'{text}' does not belong to '{phrase.text}'; it may be followed by: {allowed}")

    def _value(self, caught: Mapping[str, str]) -> Any:
        for slot, text in caught.items():
            if slot == "money":
                return cents(text)
            if slot == "party":
                return self.party(text)
            if slot in ("date", "past"):
                return self._on_date(text, slot == "past")
            return text
        return True

    def date(self, text: str) -> date:
        """The next such date."""
        return self._on_date(text, False)

    def party(self, text: str) -> Party:
        """The party by its payer's name, or by its role."""
        wanted = text.removeprefix("the ").removeprefix("our ").casefold()
        for coverage in self.claim.coverages:
            if coverage.payer_name.casefold() == wanted:
                return coverage.party
        if wanted not in PARTIES:
            known = [*(each.payer_name for each in self.claim.coverages), *PARTIES]
            raise UnclearError(f"'{text}' is nobody in this story; say one of: {', '.join(known)}")
        return PARTIES[wanted]

    def payer_names(self, party: Party) -> dict[str, str]:
        """The id and name of a payer, for its remittances."""
        found = next((each for each in self.claim.coverages if each.party is party), None)
        return {"payer_id": found.payer_id, "payer_name": found.payer_name} if found else {}


# ---- what payers send -----------------------------------------------------------------------------------------------


def _remit(teller: Teller, heard: Heard, status: str, paid: Cents, given: tuple[Adjustment, ...]) -> RemitAdjudicated:
    party = teller.party(heard.caught["party"])
    said = heard.clauses
    remit = RemitAdjudicated(
        **heard.base(party, Grade.SETTLED),
        payer=party,
        **teller.payer_names(party),
        claim_status=status,
        charge=teller.claim.charge,
        paid=paid,
        adjustments=given,
        remarks=remarks(heard.codes),
        payer_claim_number=said.get("number", f"{party.value}-1"),
        original_claim_number=said.get("corrects", ""),
        corrected_payer=said.get("names", ""),
        corrected_member_id=said.get("member", ""),
        other_subscriber="names" in said,
        trace=said.get("trace", ""),
    )
    teller.remits[party] = remit
    return remit


def _pays(teller: Teller, heard: Heard) -> Brings:
    party = teller.party(heard.caught["party"])
    paid, share = cents(heard.caught["money"]), heard.clauses.get("share", 0)
    given = adjustments(heard.codes) or _shared(teller, party, paid, share, "no_oa23" in heard.clauses)
    status = next((each for each in heard.codes if each.isdigit()), "1" if party is Party.PRIMARY else "2")
    return _remit(teller, heard, "19" if "forwards" in heard.clauses and status == "1" else status, paid, given)


def _shared(teller: Teller, party: Party, paid: Cents, share: Cents, without_oa23: bool) -> tuple[Adjustment, ...]:
    """The adjustments that make the remittance balance: the patient's share, prior impact, and the rest as CO45."""
    before = teller.remits.get(Party.PRIMARY)
    prior = 0
    if before is not None and party is not Party.PRIMARY and not without_oa23:
        prior = before.charge - sum(each.amount for each in before.adjustments if each.group == "PR")
    rest = teller.claim.charge - paid - share - prior
    parts = (("PR", "2", share), ("OA", "23", prior), ("CO", "45", rest))
    return tuple(Adjustment(group=group, reason=reason, amount=amount) for group, reason, amount in parts if amount)


def _denies(teller: Teller, heard: Heard) -> Brings:
    given = adjustments(heard.codes)
    if not given and "names" not in heard.clauses:
        raise UnclearError("a denial needs its reason, like '(CARC 16)' or '(CO 29)'")
    whole = [each.model_copy(update={"amount": teller.claim.charge if n == 0 else 0}) for n, each in enumerate(given)]
    status = next((each for each in heard.codes if each.isdigit()), "2")
    return _remit(teller, heard, status, 0, tuple(whole))


def _takes_back(teller: Teller, heard: Heard) -> Brings:
    party = teller.party(heard.caught["party"])
    before = teller.remits.get(party)
    if before is None:
        raise UnclearError(f"{heard.caught['party']} has not paid yet, so there is nothing to take back")
    given = tuple(each.model_copy(update={"amount": -each.amount}) for each in before.adjustments)
    heard.clauses.setdefault("number", before.payer_claim_number)
    return _remit(teller, heard, "22", -before.paid, given)


def _acknowledges(teller: Teller, heard: Heard) -> Brings:
    verb = heard.caught["verb"]
    codes = status_codes(heard.codes) or [{"accepts": "A2:20", "rejects": "A3:21"}.get(verb, "A1:19")]
    category, code, entity = (*codes[0].split(":"), "", "")[:3]
    return ClaimAcknowledged(
        **heard.base(teller.party(heard.caught["party"])),
        category=category,
        status_code=code,
        entity=entity,
        accepted=verb != "rejects",
        payer_claim_number=heard.clauses.get("number", ""),
        statuses=tuple(codes),
    )


def _reads_file(teller: Teller, heard: Heard) -> Brings:
    accepted = heard.caught["verb"] == "reads"
    layer = "TA1" if "TA1" in heard.codes else "999"
    return SyntaxAcknowledged(**heard.base(Party.CLEARINGHOUSE), layer=layer, accepted=accepted)


def _answers(teller: Teller, heard: Heard) -> Brings:
    codes = status_codes(heard.codes)
    if not codes:
        raise UnclearError("a payer's electronic answer needs its code, like '(277 D0)'; a call reads 'Dana calls ...'")
    category, code, entity = (*codes[0].split(":"), "", "")[:3]
    return StatusAnswered(
        **heard.base(teller.party(heard.caught["party"])),
        category=category,
        status_code=code,
        entity=entity,
        searched_by=heard.clauses.get("searched", "").replace(" ", "_"),
        payer_claim_number=heard.clauses.get("number", ""),
        paid=heard.clauses.get("paid"),
        statuses=tuple(codes),
    )


def _money(teller: Teller, heard: Heard) -> Brings:
    amount, trace = cents(heard.caught["money"]), heard.clauses.get("trace", "")
    return MoneyArrived(**heard.base(Party.BANK, Grade.SETTLED), amount=amount, trace=trace)


# ---- what people do -------------------------------------------------------------------------------------------------

_CHANNELS = {"calls": "phone", "writes to": "letter", "asks": "in_person", "looks into the portal of": "portal"}


def _contact(teller: Teller, heard: Heard) -> Brings:
    said = heard.clauses
    words = heard.caught["words"].casefold()
    return ContactLogged(
        **heard.base(teller.party(heard.caught["party"]), Grade.STATED),
        channel=_CHANNELS[heard.caught["verb"]],
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


def _sends(teller: Teller, heard: Heard) -> Brings:
    frequency = next((each for each in heard.codes if each in ("1", "7", "8")), "1")
    base = heard.base(Party.PROVIDER, Grade.DOCUMENTED)
    return SecondarySubmitted(**base, submission_id=heard.note.fact_id, frequency=frequency, ours=False)


def _cob(teller: Teller, heard: Heard) -> Brings:
    corrects = {"corrected": "cob_record", "verified": "cob_verified"}[heard.caught["verb"]]
    return CorrectionMade(
        **heard.base(Party.REGISTRATION, Grade.DOCUMENTED),
        corrects=corrects,
        reference=heard.clauses.get("reference", ""),
        effective_date=heard.clauses.get("effective"),
        with_payer=heard.clauses.get("at", Party.SECONDARY),
    )


def _corrects(teller: Teller, heard: Heard) -> Brings:
    caught = heard.caught
    return CorrectionMade(
        **heard.base(Party.PROVIDER, Grade.DOCUMENTED),
        corrects="claim_data",
        field=caught["field"].replace(" ", "_"),
        after=caught["words"],
        made_by=caught["person"],
    )


_ACTS = {"takes": "taken", "finishes": "done", "gives back": "given_back"}


def _acts(teller: Teller, heard: Heard) -> Brings:
    caught = heard.caught
    kind = EscalationKind(caught["escalation"].replace(" ", "_"))
    base = heard.base(Party.PROVIDER, Grade.STATED)
    return PersonActed(**base, act=_ACTS[caught["verb"]], person=caught["person"], escalation=kind.value)


def _snoozes(teller: Teller, heard: Heard) -> Brings:
    base = heard.base(Party.PROVIDER, Grade.STATED)
    return PersonActed(**base, act="snoozed", person=heard.caught["person"], until=teller.date(heard.caught["date"]))


def _assigned(teller: Teller, heard: Heard) -> Brings:
    return PersonActed(**heard.base(Party.PROVIDER, Grade.STATED), act="assigned", person=heard.caught["person"])


def _asks_hold(teller: Teller, heard: Heard) -> Brings:
    base = heard.base(Party.PROVIDER, Grade.STATED)
    return HoldAsked(**base, person=heard.caught["person"], reason=heard.clauses.get("because", ""))


def _decides(teller: Teller, heard: Heard) -> Brings:
    return SupervisorDecided(
        **heard.base(Party.SUPERVISOR, Grade.STATED),
        decision=DECISIONS[heard.caught["decision"]],
        person=heard.caught["person"],
        second_person=heard.clauses.get("with", ""),
        reason=heard.clauses.get("because", ""),
        until=heard.clauses.get("until"),
    )


# ---- what surrounds the case ----------------------------------------------------------------------------------------


def _ledger(teller: Teller, heard: Heard) -> Brings:
    said = dict(heard.clauses)
    changes: dict[str, object] = {name: said[name] for name in _LEDGER_FIELDS if name in said}
    if "balance" in said:
        changes |= {"open_balance": said["balance"], "patient_balance": said.get("patient_balance", said["balance"])}
    if "switches" in said:
        changes["switches_on"] = SWITCH_SETS[said["switches"]]
    if "statement" in said:
        changes["last_statement_on"] = said["statement"]
    if "agency" in said:
        changes["placed_with_agency"] = True
    return LedgerShows(changes)


_LEDGER_FIELDS = ("patient_balance", "secondary_posted", "unapplied", "deposits", "secondary_billed_on")


def _arranged(teller: Teller, heard: Heard) -> Brings:
    return Arrangement(heard.caught["arrangement"])


def _nothing(teller: Teller, heard: Heard) -> Brings:
    return None


@dataclass(frozen=True, slots=True)
class Phrase:
    """One row: how it is written, which clauses may follow, and what it brings."""

    pattern: Pattern
    clauses: tuple[str, ...]
    brings: Callable[[Teller, Heard], Brings]

    @property
    def text(self) -> str:
        """How it is written."""
        return self.pattern.text


CLAUSES: dict[str, Pattern] = {
    "share": pattern("patient share {money}"),
    "forwards": pattern("forwards"),
    "no_oa23": pattern("without OA23"),
    "number": pattern("claim {word}"),
    "corrects": pattern("corrects {word}"),
    "names": pattern("names {words} as primary"),
    "member": pattern("member id is {word}"),
    "trace": pattern("trace {word}"),
    "paid": pattern("paid {money}"),
    "searched": pattern("searched by {words}"),
    "spoke": pattern("spoke to {words}"),
    "reference": pattern("ref {words}"),
    "document": pattern("document {words}"),
    "holder": pattern("{party} has the file"),
    "must": pattern("must {words}"),
    "by": pattern("by {date}"),
    "until": pattern("until {date}"),
    "amount": pattern("amount {money}"),
    "with": pattern("with {words}"),
    "because": pattern("because {words}"),
    "at": pattern("at {party}"),
    "effective": pattern("effective {past}"),
    "dated": pattern("dated {past}"),
    "balance": pattern("balance {money}"),
    "patient_balance": pattern("patient balance {money}"),
    "secondary_posted": pattern("secondary posted {money}"),
    "unapplied": pattern("unapplied {money}"),
    "deposits": pattern("deposits {money}"),
    "secondary_billed_on": pattern("secondary billed {past}"),
    "switches": pattern("hold {switches}"),
    "statement": pattern("statement sent {past}"),
    "agency": pattern("placed with agency"),
}
"""What may follow a phrase after a comma."""

_REMIT = ("share", "forwards", "no_oa23", "number", "corrects", "trace", "dated")
_OF_LEDGER = (
    "balance",
    "patient_balance",
    "secondary_posted",
    "unapplied",
    "deposits",
    "secondary_billed_on",
    "switches",
    "statement",
    "agency",
)
_CALL = ("spoke", "reference", "document", "holder", "must", "by", "number", "amount", "dated")

PHRASES: tuple[Phrase, ...] = (
    Phrase(pattern("silence"), (), _nothing),
    Phrase(pattern("{arrangement}", arrangement=tuple(Arrangement)), (), _arranged),
    Phrase(pattern("ledger shows {first}"), _OF_LEDGER, _ledger),
    Phrase(pattern("bank shows {money}"), ("trace", "dated"), _money),
    Phrase(
        pattern("registration: COB record {verb}", verb=("corrected", "verified")),
        ("reference", "effective", "at"),
        _cob,
    ),
    Phrase(
        pattern("supervisor {person} {decision}", decision=tuple(DECISIONS)), ("with", "because", "until"), _decides
    ),
    Phrase(pattern("{party} pays {money}"), _REMIT, _pays),
    Phrase(pattern("{party} denies"), ("number", "names", "member", "trace", "dated"), _denies),
    Phrase(pattern("{party} takes its payment back"), ("number", "trace", "dated"), _takes_back),
    Phrase(pattern("clearinghouse {verb} the file", verb=("reads", "cannot read")), ("dated",), _reads_file),
    Phrase(
        pattern("{party} {verb}", verb=("accepts", "rejects", "has the file", "passes the file on")),
        ("number", "dated"),
        _acknowledges,
    ),
    Phrase(pattern("{person} {verb} {party}: {words}", verb=tuple(_CHANNELS)), _CALL, _contact),
    Phrase(pattern("{person} sends the secondary claim"), ("dated",), _sends),
    Phrase(pattern("{person} corrects {field} to {words}"), (), _corrects),
    Phrase(pattern("{person} {verb} {escalation}", verb=tuple(_ACTS), escalation=tuple(EscalationKind)), (), _acts),
    Phrase(pattern("{person} snoozes until {date}"), (), _snoozes),
    Phrase(pattern("{person} takes the case"), (), _assigned),
    Phrase(pattern("{person} asks for a hold"), ("because",), _asks_hold),
    Phrase(pattern("{party}: {words}"), ("searched", "number", "paid", "dated"), _answers),
)
"""Every phrase, tried from the top."""
