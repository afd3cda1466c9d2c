"""The phrases of a story: a table of what people write, what may follow, and what each phrase brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from journey.stories import benefits, facts
from journey.stories.notes import Arrangement, Brings, Heard, Note, Scene
from journey.stories.words import DECISIONS, Pattern, UnclearError, cents, pattern, split
from journey.words import EscalationKind


def hear(note: Note, scene: Scene) -> Brings:
    """What a note brings.

    Raises:
        UnclearError: no phrase fits; the message says what would.
    """
    codes, (head, *rest) = split(note.text)
    for phrase in PHRASES:
        caught = phrase.pattern.match(head)
        if caught is not None:
            heard = Heard(note, scene, caught, codes)
            first = [caught.pop("first")] if "first" in caught else []
            for clause in (*first, *rest):
                _add_clause(heard, phrase, clause)
            return phrase.brings(heard)
    raise UnclearError(f"'{head}' is no phrase of stories; those are: " + "; ".join(each.text for each in PHRASES))


def _add_clause(heard: Heard, phrase: Phrase, text: str) -> None:
    for name in phrase.clauses:
        caught = CLAUSES[name].match(text)
        if caught is not None:
            heard.clauses[name] = _value(heard.scene, caught)
            return
    allowed = "; ".join(CLAUSES[name].text for name in phrase.clauses) or "nothing"
    raise UnclearError(f"'{text}' does not belong to '{phrase.text}'; it may be followed by: {allowed}")


def _value(scene: Scene, caught: Mapping[str, str]) -> Any:
    for slot, text in caught.items():
        if slot == "money":
            return cents(text)
        if slot == "party":
            return scene.party(text)
        return scene.on_date(text, slot == "past") if slot in ("date", "past") else text
    return True


@dataclass(frozen=True, slots=True)
class Phrase:
    """One row: how it is written, which clauses may follow, and what it brings."""

    pattern: Pattern
    clauses: tuple[str, ...]
    brings: Callable[[Heard], Brings]

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
    "cover_ended": pattern("cover ended {past}"),
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
    "statement_amount": pattern("statement of {money}"),
    "agency": pattern("placed with agency"),
    "patient_paid": pattern("patient paid {money}"),
    "charge": pattern("charge {money}"),
    **benefits.CLAUSES,
}
"""What may follow a phrase after a comma."""

_REMIT = ("share", "forwards", "no_oa23", "number", "corrects", "trace", "charge", "dated")
_OF_LEDGER = (
    "balance",
    "patient_balance",
    "secondary_posted",
    "unapplied",
    "deposits",
    "secondary_billed_on",
    "switches",
    "statement",
    "statement_amount",
    "agency",
    "patient_paid",
)
_CALL = ("spoke", "reference", "document", "holder", "must", "by", "number", "amount", "dated")

_KINDS = tuple(EscalationKind)

PHRASES: tuple[Phrase, ...] = (
    Phrase(pattern("silence"), (), facts.nothing),
    Phrase(pattern("{arrangement}", arrangement=tuple(Arrangement)), (), facts.arranged),
    Phrase(pattern("ledger shows {first}"), _OF_LEDGER, facts.ledger),
    Phrase(pattern("bank shows {money}"), ("trace", "dated"), facts.money),
    Phrase(
        pattern("registration: COB record {verb}", verb=("corrected", "verified")),
        ("reference", "effective", "at"),
        facts.cob,
    ),
    Phrase(pattern("registration: coverage {verb}", verb=("ended", "found")), ("reference",), facts.coverage),
    Phrase(pattern("{person} sends the document"), ("reference", "dated"), facts.document),
    Phrase(
        pattern("supervisor {person} {decision}", decision=tuple(DECISIONS)),
        ("with", "because", "until"),
        facts.decides,
    ),
    Phrase(pattern("{party} pays {money}"), _REMIT, facts.pays),
    Phrase(pattern("{party} denies"), ("number", "names", "member", "cover_ended", "trace", "dated"), facts.denies),
    Phrase(pattern("{party} takes its payment back"), ("number", "trace", "dated"), facts.takes_back),
    Phrase(pattern("{party} keeps {money} to settle {words}"), ("trace", "dated"), facts.keeps),
    Phrase(pattern("{party} {verb} {money} by offset", verb=("takes back", "gives back")), ("dated",), facts.offsets),
    Phrase(pattern("clearinghouse {verb} the file", verb=("reads", "cannot read")), ("dated",), facts.reads_file),
    Phrase(
        pattern("{party} {verb}", verb=("accepts", "rejects", "has the file", "passes the file on")),
        ("number", "dated"),
        facts.acknowledges,
    ),
    Phrase(pattern("{person} {verb} {party}: {words}", verb=tuple(facts.CHANNELS)), _CALL, facts.contact),
    Phrase(pattern("{person} sends the secondary claim"), ("dated",), facts.sends),
    Phrase(pattern("{person} sends a corrected statement"), (), facts.corrects_statement),
    Phrase(pattern("{person} corrects {field} to {words}"), (), facts.corrects),
    Phrase(
        pattern("{person} {verb} {escalation}", verb=tuple(facts.ACTS), escalation=tuple(EscalationKind)),
        (),
        facts.acts,
    ),
    Phrase(pattern("{person} learns of {party}: {first}"), benefits.OF_POLICY, benefits.policy),
    Phrase(pattern("{party}'s 271: {first}"), benefits.OF_ANSWER, benefits.answer),
    Phrase(pattern("{person} snoozes until {date}"), (), facts.snoozes),
    Phrase(pattern("{person} takes the case"), (), facts.assigned),
    Phrase(pattern("{person} asks for a hold"), ("because",), facts.asks_hold),
    Phrase(pattern("{party}: {words}"), ("searched", "number", "paid", "dated"), facts.answers),
)
"""Every phrase, tried from the top."""
