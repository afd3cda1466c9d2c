"""A supervisor's orders that are in force: the newest facts can overtake them, and some need a second person."""

from __future__ import annotations

from journey.evidence.marks import Mark
from journey.evidence.reading import Made, Reading
from journey.facts import SupervisorDecided


def hold_released(reading: Reading) -> SupervisorDecided | None:
    """The order that ends the hold, with its reason; a takeback after it arms the hold again (I3)."""
    return _in_force(reading, "release_hold") or closed(reading)


def closed(reading: Reading) -> SupervisorDecided | None:
    """The order that closes the case (R7): two persons; a takeback after it opens the case again."""
    order = _in_force(reading, "close")
    return order if order and _by_two(order) else None


def resubmission(reading: Reading) -> SupervisorDecided | None:
    """The order to send the claim again, by two persons, that no submission has followed yet."""
    order = _newest(reading, "resubmit_now")
    sent = reading.newest(Mark.SUBMITTED)
    waits = order is not None and (sent is None or sent.at < order.happened_at)
    return order if order and waits and _by_two(order) else None


def extensions(reading: Reading) -> tuple[Made, ...]:
    """The extensions that no later decision took back; a clock whose extension is gone has its own time again."""
    extended = reading.made.get(Mark.EXTENDED, ())
    back = _all(reading, "take_back") if extended else []
    return tuple(each for each in extended if not any(_takes_back(order, each) for order in back))


def _takes_back(order: SupervisorDecided, extended: Made) -> bool:
    if order.takes_back:
        return order.takes_back == extended.fact_id
    return order.happened_at >= extended.at


def _all(reading: Reading, decision: str) -> list[SupervisorDecided]:
    return [each for each in reading.evidence if isinstance(each, SupervisorDecided) and each.decision == decision]


def _newest(reading: Reading, decision: str) -> SupervisorDecided | None:
    orders = _all(reading, decision)
    return orders[-1] if orders and orders[-1].reason else None


def _in_force(reading: Reading, decision: str) -> SupervisorDecided | None:
    order, back = _newest(reading, decision), reading.newest(Mark.REVERSED)
    return order if order and (back is None or order.happened_at > back.at) else None


def _by_two(order: SupervisorDecided) -> bool:
    return order.second_person.strip() not in ("", order.person.strip())
