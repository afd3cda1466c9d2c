"""`baton cob`: which insurer comes first, by which rule, and what must still be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import RenderableType

from casebook import reading
from cli.desk import before, name_of, put_answer
from cli.failures import CommandError
from cli.home import CaseId, Home, Json, find_case, office
from cli.output import aside, heading, indented, put_json, say
from cli.plan_choice import text_of
from journey.benefits.checks import says_something
from journey.benefits.file import Cover, Custody, Holder, Reason, in_full, read_policies
from journey.benefits.order import Comparison, Ordering, Undecided, compare, order_of_benefits
from journey.benefits.steps import Left, Step
from journey.claim import Claim
from journey.facts import PolicyTold
from journey.words import Party
from journey.writing import plainly

app = App(name="cob", help="Say which insurer comes first, by which rule, and what must still be asked.")

Said = bool | None
"""Yes, no, or not said."""


@app.command
def show(case_id: CaseId, /, *, day: date | None = None, home: Home = None, json: Json = False) -> None:
    """Print the order of benefits of a case: each step with its rule and what would turn it round.

    Where the order cannot be known yet, prints the question that would settle it and whom to ask.
    Says as well whether the claim was billed in this order.

    Example: `baton cob show k3j2h4l5`

    Args:
        day: Another day of service than the claim's first (2026-02-20).
    """
    with office(home) as at, at.book.reading() as tx:
        case = reading.case_state(tx, find_case(at, case_id))
    found, held = order_of_benefits(case.claim, case.evidence, day), compare(case.claim, case.evidence)
    if json:
        put_json(_as_json(found, held))
    else:
        say(*_page(found, case.claim), "", f"As billed: {held.says}.", *_billed_apart(found, held))


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is told of one policy; what is not known is left out."""

    cover: Cover | None = None
    """Where it comes from."""
    holder: Holder | None = None
    """Who holds it, as seen from the patient."""
    works: Annotated[Said, Parameter(negative="--no-works")] = None
    """It comes with present employment; with a former one, `--no-works`."""
    employees: Annotated[int | None, Parameter(validator=Number(gte=0))] = None
    """How many employees the employer behind it has."""
    reason: Reason | None = None
    """Why the patient has Medicare."""
    esrd_since: date | None = None
    """The first month of Medicare because of kidney failure, any day of it (2024-02-01)."""
    since: date | None = None
    """Since when it covers the patient (2020-01-01)."""
    until: date | None = None
    """The last day on which it does."""
    clause: Annotated[Said, Parameter(negative="--no-clause")] = None
    """It has a COB clause, as a plan has unless somebody says otherwise."""
    birthday: str = ""
    """Month and day on which the parent who holds it was born, MM-DD."""
    custody: Custody | None = None
    """What its holder is to a child of parents apart."""
    decree: Annotated[Said, Parameter(negative="--no-decree")] = None
    """A court made its holder responsible for the child's health care."""
    together: Annotated[Said, Parameter(negative="--no-together")] = None
    """The child's parents are married or live together."""
    injury: Annotated[Said, Parameter(negative="--no-injury")] = None
    """The services are for the injury or condition that this insurer covers."""


NOTHING_TOLD = Facts()


@app.command
async def tell(
    case_id: CaseId,
    /,
    *,
    policy: int,
    facts: Facts = NOTHING_TOLD,
    by: Annotated[str, Parameter(name="--by", help="Who says so; your login name when absent.")] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Tell a case what was learnt of one of its policies, and print the order that follows.

    Example: `baton cob tell k3j2h4l5 --policy 2 --cover group --works --employees 50`

    Args:
        policy: The policy's place as billed: 1 primary, 2 secondary, 3 tertiary.
        facts: What is told.
    """
    async with before(home, case_id) as desk:
        told = PolicyTold(
            **desk.fact("policy", Party.REGISTRATION), order=policy, told_by=name_of(by), **in_full(asdict(facts))
        )
        if not says_something(told):
            raise CommandError("say at least one thing about the policy, such as `--cover group`")
        put_answer(await desk.told(desk.cases.policy(desk.case_id, told)), json)
        case = desk.case
    if not json:
        say("", *_page(order_of_benefits(case.claim, case.evidence), case.claim))


@app.command
def order(file: Path, /, *, json: Json = False) -> int:
    """Answer for a small file of policies, without a case: to learn, and to try what a fact changes.

    The file is TOML, or JSON by its name, with `day`, `patient_born` and a `[[policy]]` for each
    policy: its `payer`, and what `baton cob tell` takes. Ends with 1 while a question is open.

    Example: `baton cob order policies.toml`

    Args:
        file: The policies, in the order billed.
    """
    claim, told = read_policies(text_of(file), is_json=file.suffix.casefold() == ".json")
    found = order_of_benefits(claim, told)
    if json:
        put_json(_as_json(found, compare(claim, told)))
    else:
        say(*_page(found, claim))
    return 1 if isinstance(found, Undecided) else 0


# ---- on paper -------------------------------------------------------------------------------------------------------


def _as_json(found: Ordering | Undecided, held: Comparison) -> dict[str, Any]:
    known = isinstance(found, Ordering)
    return {
        "decided": known,
        "ordering": found.model_dump(mode="json") if known else None,
        "question": None if known else found.model_dump(mode="json"),
        "billed": held.model_dump(mode="json"),
    }


def _page(found: Ordering | Undecided, claim: Claim) -> Iterator[RenderableType]:
    yield heading(f"Order of benefits for services on {found.day.day} {found.day:%b %Y}")
    yield ""
    yield from _ordered(found) if isinstance(found, Ordering) else _open(found, claim)
    yield from _left(found.out)


def _ordered(found: Ordering) -> Iterator[RenderableType]:
    if not found.payers:
        yield "No policy was in force on this day."
    steps: Iterable[Step | None] = (*found.steps, None)
    for place, (payer, step) in enumerate(zip(found.payers, steps, strict=False), 1):
        yield f"{place}. {payer}"
        if step is not None:
            yield from map(indented, _step(step))


def _step(step: Step) -> Iterator[RenderableType]:
    yield step.says
    assumed = ", assumed" if step.assumed else ""
    yield aside(f"rule '{step.rule}', field notes {step.section}{assumed}; {step.source}")
    yield aside(f"known from: {', '.join(step.facts) or 'the other steps'}")
    if step.would_flip:
        yield "It would be otherwise"
        yield from (f"· {each.says}" for each in step.would_flip)


def _open(found: Undecided, claim: Claim) -> Iterator[RenderableType]:
    names = [each.payer_name for place in found.between if (each := claim.coverage(place))]
    yield f"It is not known whether {' or '.join(names)} comes first (field notes {found.section}, '{found.rule}')."
    yield f"Ask {_whom(found.ask, claim)}: {found.question}"


def _billed_apart(found: Ordering | Undecided, held: Comparison) -> Iterator[RenderableType]:
    """The question that is left when each day of service has its order, and the days have different ones."""
    if isinstance(found, Ordering) and held.question:
        yield held.question


def _whom(party: Party, claim: Claim) -> str:
    """A payer by its name, anybody else by the role."""
    payer = next((each.payer_name for each in claim.coverages if each.party is party), "")
    return payer or f"the {plainly(party)}"


def _left(out: tuple[Left, ...]) -> Iterator[RenderableType]:
    if out:
        yield ""
    yield from (f"Not in the order: {each.payer_name}; it {each.why}." for each in out)
