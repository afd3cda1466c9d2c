"""HL levels: which loops stand above a claim, and whether they can be trusted to be the right ones."""

from collections.abc import Mapping

from edi.fields import Fields
from edi.findings import Finding
from edi.segments import Segment


class Hierarchy:
    """Follows the HL segments of one transaction set.

    A level whose parent is not the one it names is doubtful, and so is all that stands below it and all that follows a
    segment that does not belong: a claim read there might be given to the wrong patient.

    Attributes:
        level: Code of the open level (HL03), empty before the first.
        above: Codes of the levels above it; after an unknown level, of all that may still be open.
        doubts: Why the open level cannot be trusted; empty if it can.
    """

    def __init__(self, parents: Mapping[str, str]) -> None:
        """Starts before the first HL.

        Args:
            parents: For each level code the code of the level above, empty for the top.
        """
        self._parents = parents
        self._open: dict[str, tuple[str, tuple[Finding, ...]]] = {}
        self._last = 0
        self.level = ""
        self.above: tuple[str, ...] = ()
        self.doubts: tuple[Finding, ...] = ()

    def enter(self, segment: Segment, fields: Fields) -> None:
        """Opens the level of an HL and closes those beside and below it."""
        self.level = level = segment[3]
        number = fields.number(segment, 1)
        if self._last + 1 != number:
            fields.note("HL_SEQUENCE", segment, 1)
        self._last = number
        inherited: tuple[Finding, ...] = ()
        if level in self._parents:
            self.above = self._chain(level)
            inherited = self._below(segment, self._parents[level], fields)
        else:
            self.above = tuple(self._open)
            fields.note("HL_LEVEL", segment, 3)
        self.doubts = inherited + tuple(found for found in fields.findings if found.level == "error")
        self._open = {name: opened for name, opened in self._open.items() if name in self.above}
        if level in self._parents:
            self._open[level] = (segment[1], self.doubts)

    def doubt(self, found: list[Finding]) -> None:
        """Distrusts the open level from here on, and what is opened below it."""
        self.doubts += tuple(item for item in found if item.level == "error")
        if self.level in self._open:
            self._open[self.level] = (self._open[self.level][0], self.doubts)

    def _below(self, segment: Segment, parent: str, fields: Fields) -> tuple[Finding, ...]:
        """Checks HL02 against the open parent; returns the parent's own doubts."""
        number, doubts = self._open.get(parent, ("", ()))
        if segment[2] != number:
            fields.note("HL_PARENT", segment, 2)
        return doubts

    def _chain(self, level: str) -> tuple[str, ...]:
        """Returns the codes of the levels above one."""
        found = []
        while level := self._parents.get(level, ""):
            found.append(level)
        return tuple(found)
