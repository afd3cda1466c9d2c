"""The guide's own check (pyx12) as the last gate before a claim leaves; results hold codes and places, never values.

Not a sufficient check: it knows nothing of money, order of payers or check digits, which `edi.cob_rules` look at.
"""

import io
import logging
from collections.abc import Iterator
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from pyx12 import map_if, params, x12file  # type: ignore[import-untyped]
from pyx12.map_walker import walk_tree  # type: ignore[import-untyped]

from edi.claim_order import Problem
from edi.claim_writer import GUIDES

_CONTROL = "x12.control.00501.xml"
_MAPS = {GUIDES["837P"].version: "837.5010.X222.A1.xml", GUIDES["837I"].version: "837Q3.I.5010.X223.A1.xml"}
_OPENED_BY = {"ISA": "/ISA_LOOP/ISA", "GS": "/ISA_LOOP/GS_LOOP/GS"}

# Its loggers print what they read, patient data included.
logging.getLogger("pyx12").addHandler(logging.NullHandler())
logging.getLogger("pyx12").propagate = False

_ONE_AT_A_TIME = Lock()
"""The maps are shared; one claim takes about ten milliseconds."""

_SEGMENT_FAULTS = {
    "1": "the segment is not known here",
    "2": "the segment or loop must not be used here",
    "3": "a required segment or loop is missing",
    "4": "the loop occurs too often",
    "5": "the segment occurs too often",
    "8": "elements of the segment are wrong",
}
_ELEMENT_FAULTS = {
    "1": "a required element is missing",
    "2": "an element is missing that another one requires",
    "3": "there are too many elements",
    "4": "the element is too short",
    "5": "the element is too long",
    "6": "the element holds a character that it must not",
    "7": "the code is not valid here",
    "8": "the date is not valid",
    "9": "the time is not valid",
    "10": "an element excludes another one",
}


class Fault(NamedTuple):
    """One fault: what was looked at, the code, and the number of the segment in the file."""

    field: str
    code: str
    at: int
    meaning: str = ""


def gate(text: str) -> tuple[Problem, ...]:
    """Returns what the implementation guide forbids in a file; empty if it may be sent. Safe to call from threads."""
    with _ONE_AT_A_TIME:
        try:
            found = list(_faults(text))
        except Exception as error:  # it raises IndexError, AttributeError and others on what it cannot read
            found = [Fault("file", type(error).__name__, 0, "the guide's check cannot read the file")]
    return tuple(dict.fromkeys(map(_problem, found)))


def _problem(fault: Fault) -> Problem:
    meaning = fault.meaning or "the envelope or its counts do not agree"
    return Problem(
        place=f"segment {fault.at}",
        field=fault.field,
        fault=f"{meaning} (guide code {fault.code})",
        fix="Correct the claim data that this field comes from",
    )


def read_maps() -> None:
    """Read the guides' maps now; otherwise the first claim of each kind waits some seconds for its own."""
    for name in (_CONTROL, *_MAPS.values()):
        _map(name)


def _faults(text: str) -> Iterator[Fault]:
    """Walks the file through the map of its guide."""
    source = x12file.X12Reader(io.StringIO(text))
    walker: Any = walk_tree()
    guide: Any = _map(_CONTROL)
    node: Any = None
    found: Any = None
    for segment in source:
        name = segment.get_seg_id()
        if name == "GS":
            guide = _map(_MAPS[segment.get_value("GS08")])
            source.check_837_lx = True
        if name in _OPENED_BY:
            path = _OPENED_BY[name]
            found = node = guide.getnodebypath(path)
            walker.forceWalkCounterToLoopStart(path.rpartition("/")[0], path)
            errors: Any = ()
        else:
            place = (source.get_seg_count(), source.get_cur_line(), source.get_ls_id())
            found, _, _, errors = walker.walk_errors(node, segment, *place)
            node = found or node
        yield from (_of_segment(each, source.get_cur_line()) for each in errors)
        yield from _of_reader(source)
        if found is not None:
            yield from (_of_element(each, name, source.get_cur_line()) for each in node.is_valid_errors(segment)[1])
    source.cleanup()
    yield from _of_reader(source)


def _of_reader(source: Any) -> Iterator[Fault]:
    """What the file reader noticed: counts, control numbers, HL."""
    for kind, code, _, _, line in source.pop_errors():
        yield Fault(kind.upper(), code, line or source.get_cur_line())


def _of_segment(error: Any, line: int) -> Fault:
    node, code = error.map_node, error.err_cde
    name = "" if error.seg_data is None else str(error.seg_data.get_seg_id())
    known = name.isalnum() and len(name) <= 3  # what stands where an id should could be anything
    if code == "3" and node is not None:
        name, known = f"{getattr(node.parent, 'id', '')} {node.id}".strip(), True
    return Fault(name if known else "segment", code, line, _SEGMENT_FAULTS.get(code, ""))


def _of_element(error: Any, name: str, line: int) -> Fault:
    field = error.refdes or getattr(error.map_node, "refdes", None) or name
    return Fault(str(field), error.err_cde, line, _ELEMENT_FAULTS.get(error.err_cde, ""))


@cache
def _map(name: str) -> Any:
    """One map, read once: that takes twenty times longer than a claim."""
    parameters = params.ParamsBase()
    # Its list of remark codes is older than the remittances; MOA repeats what the payer sent.
    parameters.set("exclude_external_codes", "remark_code")
    return map_if.load_map_file(name, parameters)
