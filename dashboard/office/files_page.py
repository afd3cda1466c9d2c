"""Files that arrived and what became of their claims; what could not be read, where, why, and the way out."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from casebook import office, quarantine
from casebook.errors import NoSuchRowError
from dashboard.office.page import TABS
from dashboard.rendering import page
from dashboard.roles import Right
from dashboard.signing.visiting import At, Seen, Sent, needs, note_access

COUNTED: Final = ("opened", "informed", "repeated", "parked", "quarantined", "ignored")
"""What a file's claims can become (`workflows.ports.IntakeCounts`)."""

router = APIRouter(prefix="/admin", dependencies=[Depends(needs(Right.ADMINISTER))])


@router.get("/files")
def show(request: Request, at: At, visitor: Seen, did: str = "") -> Response:
    """What arrived, and what waits in quarantine; neither shows what a file holds."""
    with at.book.reading() as tx:
        waiting = quarantine.waiting(tx, visitor.user.practice)
        files = office.files_arrived(tx, visitor.user.practice)
    return page(
        request, "office_files.html", tabs=TABS, waiting=waiting, files=files, counted=COUNTED, did=did == "released"
    )


@router.post("/quarantine/{item_id}/release")
def release(at: At, visitor: Sent, item_id: str) -> Response:
    """Note that a person has dealt with an item; its bytes are kept."""
    with at.book.writing() as tx:
        if not office.is_quarantined(tx, visitor.user.practice, item_id):
            raise NoSuchRowError("the quarantine has no such item")
        quarantine.release(tx, item_id)
    note_access(at, visitor, "quarantine released", cases=0)
    return RedirectResponse("/admin/files?did=released", 303)
