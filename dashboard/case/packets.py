"""The evidence packet of a case, from the page: made for one reader, noted before it leaves."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from casebook.errors import SealBrokenError
from dashboard.case.file import open_file
from dashboard.rendering import page
from dashboard.roles import Right
from dashboard.signing.visiting import At, Sent, needs, note_access
from journey.words import Party
from packet.contents import Packet
from packet.digests import as_json
from packet.html import as_html
from packet.making import NoSuchReaderError, make
from packet.readers import Reader

router = APIRouter()

PAYERS: Final = {"primary": Party.PRIMARY, "secondary": Party.SECONDARY, "tertiary": Party.TERTIARY}
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@router.post("/cases/{case_id}/packet", dependencies=[Depends(needs(Right.EXPORT))])
def make_packet(
    request: Request,
    at: At,
    visitor: Sent,
    case_id: str,
    reader: Annotated[Reader, Form()] = Reader.OPERATOR,
    payer: Annotated[Literal["primary", "secondary", "tertiary"], Form()] = "secondary",
    form: Annotated[Literal["html", "pdf", "json"], Form()] = "html",
) -> Response:
    """Make a packet for one reader; it holds no more than they need, and stands in the list of disclosures."""
    open_file(at, visitor, case_id)
    try:
        made = make(
            at.book,
            case_id,
            at.plan(),
            reader=reader,
            payer=PAYERS[payer],
            made_at=at.now(),
            made_by=visitor.user.name,
        )
    except NoSuchReaderError:
        return _not_made(request, "The claim has no such payer. Go back and choose another one.")
    except SealBrokenError:
        return _not_made(
            request, "What is written of this case was altered. `baton audit` tells where; make no packet."
        )
    note_access(at, visitor, "packet", case_id=case_id)
    return _answer(made, case_id, form)


def _not_made(request: Request, advice: str) -> HTMLResponse:
    return page(request, "problem.html", 422, title="No packet was made", advice=advice, reference="")


def _answer(made: Packet, case_id: str, form: str) -> Response:
    if form == "html":
        text = as_html(made)
        return HTMLResponse(text, headers={"Content-Security-Policy": policy_for(text)})
    kept_as = {"Content-Disposition": f'attachment; filename="{case_id}.{form}"'}
    if form == "pdf":
        from packet.pdf import as_pdf  # its library takes a second to load, and pages are up before anybody prints

        return Response(as_pdf(made), media_type="application/pdf", headers=kept_as)
    return Response(as_json(made), media_type="application/json", headers=kept_as)


def policy_for(text: str) -> str:
    """What a packet's page may do: carry its own stylesheet, known by its digest, and nothing else at all."""
    digests = (b64encode(sha256(each.encode()).digest()).decode() for each in _STYLE.findall(text))
    own = " ".join(f"'sha256-{each}'" for each in digests)
    return f"default-src 'none'; style-src {own}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
