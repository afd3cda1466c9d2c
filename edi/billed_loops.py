"""The claim as billed, taken apart into its loops, from which details are carried over to the next payer."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

Seg = tuple[str, ...]
"""One segment: id and elements, composites with `:`."""


class Policy(NamedTuple):
    """One policy as the claim named it.

    Attributes:
        letter: SBR01.
        policy: SBR.
        consent: OI, or nothing.
        insured: NM1*IL and what stands behind it.
        payer: NM1*PR and what stands behind it.
        providers: The payer's own numbers of providers (2330C and later): NM101 and its REF.
    """

    letter: str
    policy: Seg
    consent: Seg
    insured: tuple[Seg, ...]
    payer: tuple[Seg, ...]
    providers: tuple[tuple[str, tuple[Seg, ...]], ...]


class Line(NamedTuple):
    """Loop 2400: up to the first decision of a payer, and the form questions (2440) behind."""

    head: tuple[Seg, ...]
    forms: tuple[Seg, ...]


class BilledLoops(NamedTuple):
    """A claim as billed.

    Attributes:
        provider: Loop 2000A without HL.
        patient: NM1*QC, or NM1*IL if the subscriber is the patient, with what stands behind it.
        patient_facts: PAT, or nothing.
        depends: True if the patient stood in a loop of its own.
        claim: CLM with all that belongs to it, up to the first provider.
        providers: Loops 2310, each from its NM1 on.
        policies: Every policy in billing order; the one that was billed is the first.
        lines: Service lines.
    """

    provider: tuple[Seg, ...]
    patient: tuple[Seg, ...]
    patient_facts: Seg
    depends: bool
    claim: tuple[Seg, ...]
    providers: tuple[tuple[Seg, ...], ...]
    policies: tuple[Policy, ...]
    lines: tuple[Line, ...]


_ORDER = "PSTABCDEFGHU"


def taken_apart(segments: Iterable[str]) -> BilledLoops | None:
    """Returns the loops of a claim from its canonical segments; None if one of the indispensable loops is missing."""
    levels = _levels(tuple(segment.split("*")) for segment in segments)
    subscriber, claim = levels.get("22", ()), levels.get("CLM", ())
    if not levels.get("20") or not claim or not any(segment[0] == "SBR" for segment in subscriber):
        return None
    head, others, lines = _claim_parts(claim)
    patient = levels.get("23", ())
    billed = _policy(subscriber)
    named = _behind(patient, "QC") if patient else billed.insured
    before = [n for n, segment in enumerate(head) if segment[0] == "NM1"]
    cut = before[0] if before else len(head)
    return BilledLoops(
        provider=tuple(segment for segment in levels["20"] if segment[0] != "HL"),
        patient=named,
        patient_facts=next((segment for segment in patient or subscriber if segment[0] == "PAT"), ()),
        depends=bool(patient),
        claim=head[:cut],
        providers=tuple(_split(head[cut:], "NM1")),
        policies=tuple(sorted((billed, *map(_policy, others)), key=lambda each: _ORDER.find(each.letter))),
        lines=tuple(map(_line, lines)),
    )


def element(segment: Seg, position: int) -> str:
    """Returns an element, empty if it was not sent."""
    return segment[position] if position < len(segment) else ""


def first(segments: Iterable[Seg], name: str, qualifier: str = "") -> Seg:
    """Returns the first segment of a name, with this first element if given; empty if there is none."""
    return next((each for each in segments if each[0] == name and qualifier in ("", element(each, 1))), ())


def replaced(segment: Seg, changes: dict[int, str]) -> Seg:
    """Returns a segment with some elements changed, without empty elements at its end."""
    size = max(len(segment), *(position + 1 for position in changes))
    return trimmed(tuple(changes.get(position, element(segment, position)) for position in range(size)))


def trimmed(segment: Seg) -> Seg:
    """Returns a segment without empty elements at its end."""
    end = len(segment)
    while end > 1 and not segment[end - 1]:
        end -= 1
    return segment[:end]


def _levels(segments: Iterator[Seg]) -> dict[str, tuple[Seg, ...]]:
    """The segments by level: `20`, `22`, `23`, and `CLM`."""
    found: dict[str, list[Seg]] = {}
    level = ""
    for segment in segments:
        if segment[0] == "HL":
            level = element(segment, 3)
        elif segment[0] == "CLM":
            level = "CLM"
        found.setdefault(level, []).append(segment)
    return {name: tuple(kept) for name, kept in found.items()}


def _claim_parts(claim: tuple[Seg, ...]) -> tuple[tuple[Seg, ...], list[tuple[Seg, ...]], list[tuple[Seg, ...]]]:
    """The claim's own segments, its loops 2320, its loops 2400."""
    starts = [n for n, segment in enumerate(claim) if segment[0] == "LX"]
    above = claim[: starts[0]] if starts else claim
    policies = [n for n, segment in enumerate(above) if segment[0] == "SBR"]
    cut = policies[0] if policies else len(above)
    return above[:cut], list(_split(above[cut:], "SBR")), list(_split(claim[len(above) :], "LX"))


def _split(segments: tuple[Seg, ...], name: str) -> Iterator[tuple[Seg, ...]]:
    """The loops that begin with a segment of this name."""
    starts = [n for n, segment in enumerate(segments) if segment[0] == name]
    for start, end in pairwise([*starts, len(segments)]):
        yield segments[start:end]


def _behind(segments: tuple[Seg, ...], role: str) -> tuple[Seg, ...]:
    """The NM1 of a role and what stands behind it."""
    return next((each for each in _split(segments, "NM1") if element(each[0], 1) == role), ())


def _policy(segments: tuple[Seg, ...]) -> Policy:
    policy = first(segments, "SBR")
    parties = [each for each in _split(segments, "NM1") if element(each[0], 1) not in ("IL", "PR")]
    return Policy(
        letter=element(policy, 1),
        policy=policy,
        consent=first(segments, "OI"),
        insured=_behind(segments, "IL"),
        payer=_behind(segments, "PR"),
        providers=tuple((element(each[0], 1), each[1:]) for each in parties),
    )


def _line(segments: tuple[Seg, ...]) -> Line:
    decided = [n for n, segment in enumerate(segments) if segment[0] == "SVD"]
    forms = [n for n, segment in enumerate(segments) if segment[0] == "LQ"]
    end = min([*decided, *forms, len(segments)])
    return Line(head=segments[:end], forms=segments[forms[0] :] if forms else ())
