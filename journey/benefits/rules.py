"""The rules of the order of benefits as one table: tried from the top for two policies, the first that decides wins."""

from __future__ import annotations

from journey.benefits import medicare, plans, statute
from journey.benefits.facts import Known, Scene
from journey.benefits.words import Asks, Look, Opinion, Rule, Says

_MSP = "POMS HI 00620.177, HI 00801.247"
_NAIC = "NAIC model regulation 120"
_TRICARE = "TRICARE Operations Manual, chapter 8, section 3"
_MEDICAID = "42 CFR 433.139"


def _among_plans(look: Look) -> Look:
    """A rule of the plans' own text: it speaks of two health plans only."""

    def looked(p: Known, q: Known, scene: Scene) -> Opinion:
        return look(p, q, scene) if p.is_plan and q.is_plan else None

    return looked


BOUND: tuple[Rule, ...] = (
    Rule(
        "accident insurer first",
        "3.1 A1",
        _MSP,
        "workers' compensation, no-fault and liability insurance come before health plans for their injury",
        statute.accident_first,
    ),
    Rule(
        "black lung and VA first",
        "3.1 A2",
        _MSP,
        "what the black lung programme or the VA has taken on, Medicare and the plans beside it do not pay first",
        statute.authorised_first,
        assumed=True,
    ),
    Rule(
        "among accident insurers",
        "3.1 A1",
        "the order in which field note 3.1 A1 names them",
        "of several for one injury: workers' compensation, no-fault, liability, black lung, VA",
        statute.among_bound,
        assumed=True,
    ),
)
"""Insurers of an injury."""

LAST: tuple[Rule, ...] = (
    Rule(
        "IHS last",
        "3.1 A4",
        "field note 3.1 A4",
        "the Indian Health Service comes after everybody, Medicaid included",
        statute.ihs_last,
        assumed=True,
    ),
    Rule("Medicaid last", "3.1 A5", _MEDICAID, "Medicaid comes after every other payer", statute.medicaid_last),
    Rule(
        "CHAMPVA after others",
        "3.1 A3",
        "field note 3.1 A3",
        "CHAMPVA comes after everybody but Medicaid",
        statute.champva_last,
        assumed=True,
    ),
    Rule(
        "TRICARE after others",
        "3.1 A3",
        _TRICARE,
        "TRICARE comes after other insurance, also after Medicare and Medigap",
        statute.tricare_after,
    ),
    Rule(
        "kind of cover",
        "3.1",
        "field note 3.1",
        "nothing can be said of a policy before it is known what it is",
        statute.kind_known,
    ),
)
"""Programmes that come after others, and what must be known of a policy at all."""

BESIDE_MEDICARE: tuple[Rule, ...] = (
    Rule("Medigap after Medicare", "3.1 A2", _MSP, "Medigap always comes after Medicare", medicare.medigap_after),
    Rule(
        "Medigap after plans",
        "3.1 A2",
        "field note 3.1 A2",
        "Medigap supplements Medicare alone and comes after a plan that stands beside it",
        medicare.medigap_after_plans,
        assumed=True,
    ),
    Rule(
        "bought privately",
        "3.1 A2",
        _MSP,
        "a policy that comes with no employment comes after Medicare",
        medicare.bought_privately,
        assumed=True,
    ),
    Rule(
        "Medicare first already",
        "3.1 A2",
        _MSP,
        "Medicare by age or disability that came before a retiree plan stays first when kidney failure begins",
        medicare.already_first,
    ),
    Rule(
        "kidney failure, 30 months",
        "3.1 A2",
        _MSP,
        "a group plan of any size or footing comes before Medicare in the first 30 months of kidney failure, "
        "and after it from month 31",
        medicare.kidney_failure,
    ),
    Rule(
        "reason for Medicare",
        "3.1 A2",
        _MSP,
        "age, disability and kidney failure have rules of their own",
        medicare.reason_known,
    ),
    Rule(
        "retiree plan and COBRA",
        "3.1 A2",
        _MSP,
        "a plan that comes with a former employment comes after Medicare",
        medicare.former_employment,
    ),
    Rule(
        "65 or older, 20 employees",
        "3.1 A2",
        _MSP,
        "from 65 on, the plan of a present employment, own or spouse's, with 20 employees or more comes before "
        "Medicare, any other after it",
        medicare.aged,
    ),
    Rule(
        "disability, 100 employees",
        "3.1 A2",
        _MSP,
        "under 65 with a disability, the plan of a present employment in the family with 100 employees or more "
        "comes before Medicare, any other after it",
        medicare.disabled,
    ),
)
"""Medicare and what stands beside it."""

AMONG_PLANS: tuple[Rule, ...] = tuple(
    Rule(name, section, _NAIC, says, _among_plans(look), assumed)
    for name, section, says, look, assumed in (
        ("no COB clause", "3.1 B1", "a plan without a COB clause comes first", plans.no_clause, False),
        ("own plan first", "3.1 B2", "the patient's own plan comes before a plan through somebody else",
         plans.own_plan, False),
        ("parent and spouse", "3.1 B5", "covered through a parent and a spouse, the longer coverage comes first",
         plans.parent_and_spouse, True),
        ("birthday", "3.1 B3", "parents together: the plan of the parent whose birthday falls earlier in the year "
         "comes first, on the same day the longer coverage", plans.together, False),
        ("court decree", "3.1 B4", "parents apart: the plan of the parent whom a court made responsible comes first",
         plans.decree, False),
        ("joint custody", "3.1 B4", "parents apart, both responsible: the birthday rule", plans.joint, False),
        ("custody", "3.1 B4", "parents apart, no decree: the custodial parent's plan, then that parent's spouse's, "
         "then the other parent's, then that parent's spouse's", plans.custody, False),
        ("active before retired", "3.1 B6", "a plan from present employment comes before a laid-off or retired "
         "person's", plans.active_first, False),
        ("COBRA after others", "3.1 B7", "COBRA and continued cover come after the patient's other plan",
         plans.cobra_last, False),
        ("longer coverage", "3.1 B8", "the plan that has covered the person longer comes first", plans.longer, False),
    )
)  # fmt: skip
"""The plans' own text."""


def opinion(rules: tuple[Rule, ...], p: Known, q: Known, scene: Scene) -> tuple[Rule, Says | Asks] | None:
    """The first of these rules that decides between two policies, or that needs a fact."""
    for rule in rules:
        said = rule.look(p, q, scene)
        if said is not None:
            return rule, said
    return None


# ---- statute beats plan text ----------------------------------------------------------------------------------------


def _reversed(p: Known, q: Known, scene: Scene) -> Opinion:
    """The twist of B2: one plan is the patient's own, the other is not, and Medicare stands between them."""
    said = _between(p, q, scene)
    if not isinstance(said, Says) or p.is_dependent is None or p.is_dependent is q.is_dependent:
        return None
    first = p if said.first == p.order else q
    return said if first.is_dependent else None


def _between(p: Known, q: Known, scene: Scene) -> Opinion:
    """Medicare comes after one plan and before the other: statute has ordered the two as well."""
    between = scene.medicare
    if between is None or not (p.is_plan and q.is_plan):
        return None
    sides = [opinion(BESIDE_MEDICARE, each, between, scene) for each in (p, q)]
    said = [each[1] for each in sides if each is not None]
    asks = next((each for each in said if isinstance(each, Asks)), None)
    if asks is not None:
        return None if _same_either_way(p, q, scene, said) else asks
    before = [isinstance(each, Says) and each.first != between.order for each in said]
    if before[0] is before[1]:
        return None
    first = p if before[0] else q
    used = tuple(use for each in said for use in each.used)
    return Says(first.order, used)


def _same_either_way(p: Known, q: Known, scene: Scene, said: list[Says | Asks]) -> bool:
    """True when the plan that is known to stand on one side of Medicare comes out alike whatever the other does."""
    known = [(each, other, on) for each, other, on in ((p, q, said[0]), (q, p, said[1])) if isinstance(on, Says)]
    own = opinion(AMONG_PLANS, p, q, scene)
    if len(known) != 1 or own is None or not isinstance(own[1], Says):
        return False
    policy, other, side = known[0]
    first_by_statute = policy if side.first == policy.order else other
    return own[1].first == first_by_statute.order


BETWEEN: tuple[Rule, ...] = (
    Rule(
        "own plan behind Medicare",
        "3.1 B2",
        _NAIC,
        "where Medicare comes after the plan through somebody else and before the patient's own plan, that order holds "
        "between the two as well",
        _reversed,
        assumed=True,
    ),
    Rule(
        "Medicare between plans",
        "3.1 A2",
        _MSP,
        "a plan that comes before Medicare comes before a plan that comes after Medicare",
        _between,
    ),
)
"""Two plans with Medicare between them."""

EQUAL_SHARES = Rule(
    "equal shares",
    "3.1 B9",
    _NAIC,
    "no rule puts one before the other: they pay equal shares",
    lambda _p, _q, _scene: Says(None),
)
"""What is left when nothing decides."""

CIRCLE = Rule(
    "rules in a circle",
    "3.1 B9",
    _NAIC,
    "the rules for these policies run in a circle, so that none comes first: they pay equal shares",
    lambda _p, _q, _scene: Says(None),
    assumed=True,
)
"""Three or more policies whose rules contradict each other when taken two by two."""

FOLLOWS = Rule(
    "by the others",
    "3.1",
    "field note 3.1",
    "the places of the other policies leave no other order",
    lambda _p, _q, _scene: None,
)
"""Two policies of which something is unknown that does not matter."""

RULES: tuple[Rule, ...] = (*BOUND, *LAST, *BESIDE_MEDICARE, *BETWEEN, *AMONG_PLANS, EQUAL_SHARES)
"""Every rule, tried from the top."""

OF_THE_WHOLE: tuple[Rule, ...] = (CIRCLE, FOLLOWS)
"""What more than two policies bring with them."""
