"""TA1 and 999 as the clearinghouse writes them: what could be read of a file, and what is refused of it."""

from __future__ import annotations

from sandbox.x12_reading import Complaint, ReadFile, ReadGroup, ReadSet
from sandbox.x12_writer import Segment, TransactionSet

INTERCHANGE = "TA1"


def interchange_set(file: ReadFile) -> TransactionSet:
    """TA1: a whole interchange refused. It stands alone in an interchange, in no group."""
    return TransactionSet(INTERCHANGE, "", "", ((INTERCHANGE, file.control, file.day, file.time, "R", file.fault),))


def syntax_set(group: ReadGroup) -> TransactionSet:
    """999: a group and each of its transaction sets, accepted or refused."""
    segments: list[Segment] = [("AK1", group.functional_id, group.control, group.version)]
    if not group.fault:
        for each in group.sets:
            segments += _verdict(each)
    return TransactionSet("999", "005010X231A1", "FA", (*segments, _count(group)))


def _verdict(read: ReadSet) -> list[Segment]:
    end: Segment = ("IK5", "A") if read.sound else ("IK5", "R", read.fault)
    said = [segment for each in read.complaints for segment in _complaint(each)]
    return [("AK2", read.identifier, read.control, read.version), *said, end]


def _complaint(complaint: Complaint) -> list[Segment]:
    at = ("IK3", complaint.segment, str(complaint.place), complaint.loop, complaint.code)
    return [at, ("IK4", str(complaint.element), "", complaint.fault)] if complaint.element else [at]


def _count(group: ReadGroup) -> Segment:
    count = str(len(group.sets))
    if group.fault:
        return ("AK9", "R", count, count, "0", group.fault)
    accepted = sum(each.sound for each in group.sets)
    verdict = "A" if accepted == len(group.sets) else "P" if accepted else "R"
    return ("AK9", verdict, count, count, str(accepted))
