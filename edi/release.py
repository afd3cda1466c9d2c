"""From an order to a claim that may leave: built, checked by our own rules, then by the guide's."""

from edi import claim_writer, cob_rules, guide_gate
from edi.claim_order import ClaimOrder, Problem, RefusedError
from edi.envelope_out import UnsendableError


def released(order: ClaimOrder) -> str | tuple[Problem, ...]:
    """Returns the file to send, or everything that keeps it back.

    Our own rules speak first: they name the field of the claim, where the guide's check names a segment.
    """
    try:
        text = claim_writer.write(order)
    except RefusedError as refused:
        return refused.problems
    except UnsendableError as end:
        fix = "Correct the settings that say who sends to whom"
        return (Problem(place="envelope", field=end.place, fault="it cannot be sent as it is set", fix=fix),)
    return cob_rules.check(text) or guide_gate.gate(text) or text
