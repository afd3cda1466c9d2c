"""Evidence packets: what a case can show, for one reader."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from dashboard.api.callers import Calling, insist, needs
from dashboard.api.cases import own_row
from dashboard.api.problems import RefusalError, problems
from dashboard.api.shapes import CaseId
from dashboard.roles import Right
from dashboard.signing.visiting import At, note_access
from journey.words import Party
from packet.contents import Packet
from packet.digests import as_json
from packet.making import NoSuchReaderError, make
from packet.readers import Reader

PDF = "application/pdf"

router = APIRouter(
    prefix="/cases/{case_id}/packet",
    tags=["Packets"],
    dependencies=[Depends(needs(Right.SEE_CASES, Right.EXPORT))],
    responses=problems(401, 403, 404, 409, 422, 429),
)


@router.get(
    "",
    response_class=Response,
    responses={
        HTTPStatus.OK: {
            "model": Packet,
            "description": "The packet; JSON can be verified with `baton case verify-packet`.",
            "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def packet(
    at: At,
    caller: Calling,
    case_id: CaseId,
    reader: Annotated[Reader, Query(description="For whom: who needs less sees less.")] = Reader.PAYER,
    payer: Annotated[
        Literal[Party.PRIMARY, Party.SECONDARY, Party.TERTIARY], Query(description="Which payer reads.")
    ] = Party.SECONDARY,
    form: Annotated[Literal["json", "pdf"], Query(alias="format")] = "json",
) -> Response:
    """Make the evidence packet of one case for one reader; each one that is made is noted.

    `full` holds member ids and needs the right to see them.
    """
    if reader is Reader.FULL:
        insist(caller, Right.SEE_IDS)
    with at.book.reading() as tx:
        own_row(tx, caller, case_id)
    note_access(at, caller, "packet", case_id=case_id)
    try:
        made = make(
            at.book,
            case_id,
            at.plan(),
            reader=reader,
            payer=payer,
            made_at=at.now().replace(microsecond=0),
            made_by=caller.user.name,
        )
    except NoSuchReaderError as error:
        raise RefusalError(409, "no-such-reader", f"{error}.".capitalize()) from None
    name = {"Content-Disposition": f'attachment; filename="{case_id}.{form}"'}
    if form == "pdf":
        from packet.pdf import as_pdf  # its library takes a second to load, and pages are up before anybody prints

        return Response(as_pdf(made), media_type=PDF, headers=name)
    return Response(as_json(made), media_type="application/json", headers=name)
