"""`baton case packet`: what a case can show, for one reader; `verify-packet`: whether such a packet is still true.

The parts of a packet are loaded only when one is made: other commands about cases need none of them.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from casebook.errors import SealBrokenError
from casebook.reading import verify_chain
from cli.desk import name_of
from cli.failures import CommandError, readable
from cli.home import CaseId, Home, Json, Office, find_case, has_casebook, office, settings_at
from cli.output import heading, pairs, put_json, say
from journey.words import Party
from packet.readers import Reader

if TYPE_CHECKING:
    from packet.contents import Packet
    from packet.verifying import Check

PAYERS: dict[str, Party] = {
    "primary": Party.PRIMARY,
    "secondary": Party.SECONDARY,
    "tertiary": Party.TERTIARY,
}


def packet(
    case_id: CaseId,
    /,
    *,
    for_: Annotated[Reader, Parameter(name="--for", show_default=True)] = Reader.OPERATOR,
    payer: Annotated[Literal["primary", "secondary", "tertiary"], Parameter(show_default=True)] = "secondary",
    html: Path | None = None,
    pdf: Path | None = None,
    by: str = "",
    home: Home = None,
    json: Json = False,
) -> int:
    """Make the evidence packet of one case for one reader: proof of timely filing, journey, contacts, money, chain.

    Rests on the casebook alone; no engine is needed. A packet holds no more than its reader needs,
    and each one that is made is noted with who asked for it. Ends with 1 when the evidence is not
    what was written; the packet then says so at its top.

    Example: `baton case packet k3j2h4l5 --for payer --pdf proof.pdf`

    Args:
        for_: For whom; without it, for operators, who see the least.
        payer: Which payer reads, with `--for payer`.
        html: Write a page that prints well to this file.
        pdf: Write a PDF to this file.
        by: Who asks for it; your login name when absent.
    """
    from packet.digests import as_json

    if not (json or html or pdf):
        raise CommandError("say what to make: --pdf FILE, --html FILE or --json")
    for each in (html, pdf):
        _refuse_folder(each)
    with office(home) as at:
        made = _made(at, find_case(at, case_id), for_, PAYERS[payer], name_of(by))
    if made is None:
        return 1
    _write(made, html, pdf)
    if json:
        sys.stdout.write(as_json(made))
    else:
        _tell(made, [each for each in (html, pdf) if each])
    return 0 if made.chain.verified else 1


def verify_packet(file: Path, /, *, home: Home = None, json: Json = False) -> int:
    """Verify the JSON form of a packet: against its own digest, and against the casebook where there is one.

    The digest alone shows that nothing was changed by accident; that nobody made it up only the
    casebook can show, which lists every packet made and still has the evidence. Ends with 1 when
    something is not as it should be.

    Example: `baton case verify-packet packet.json`

    Args:
        file: The packet, as `baton case packet --json` printed it.
    """
    from packet.verifying import check_packet

    content = _content(file)
    checks = (check_packet(content), *_against(content, home))
    asked = len(checks) > 1
    if json:
        put_json({"checks": [each.model_dump() for each in checks], "casebook": asked})
    else:
        say(pairs((each.name, each.says) for each in checks))
        if not asked:
            say("No casebook is at hand: whether the packet was made from one was not asked. --home names its folder.")
    return 0 if all(each.holds for each in checks) else 1


def _made(at: Office, case_id: str, reader: Reader, payer: Party, by: str) -> Packet | None:
    """The packet; None, loudly, when the case itself was altered so that nothing about it can be told."""
    from packet.making import NoSuchReaderError, make

    try:
        return make(
            at.book,
            case_id,
            at.plan,
            reader=reader,
            payer=payer,
            made_at=datetime.now(UTC).replace(microsecond=0),
            made_by=by,
        )
    except NoSuchReaderError as error:
        raise CommandError(str(error)) from None
    except SealBrokenError:
        with at.book.reading() as tx:
            broken = verify_chain(tx, case_id)
        where = f" at entry {broken.seq}: {broken.problem}" if broken else ""
        say(heading(f"THE EVIDENCE CHAIN IS BROKEN{where}. No packet can be made."))
        return None


def _write(made: Packet, html: Path | None, pdf: Path | None) -> None:
    if html:
        from packet.html import as_html

        _put(html, as_html(made).encode())
    if pdf:
        from packet.pdf import as_pdf

        _put(pdf, as_pdf(made))


def _put(path: Path, content: bytes) -> None:
    """Written whole or not at all, and readable by its owner only: it may name a patient."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise CommandError(f"{path} cannot be written: {error.strerror or type(error).__name__}") from None


def _refuse_folder(path: Path | None) -> None:
    if path and (path.is_dir() or not path.parent.is_dir()):
        raise CommandError(f"{path} cannot be written: name a file in a folder that exists")


def _tell(made: Packet, files: list[Path]) -> None:
    from packet.laying_out import laid_out
    from packet.layout import Tone

    document = laid_out(made)
    say(heading(f"{document.title}, {document.subtitle}"))
    for each in document.notices:
        say(heading(each.says) if each.tone is Tone.BAD else each.says)
    chain = f"{made.chain.entries} entries, verified" if made.chain.verified else "BROKEN"
    written = ", ".join(map(str, files))
    say(pairs((("case", made.asked.case_id), ("chain", chain), ("digest", made.digest), ("written", written))))


def _content(file: Path) -> Any:
    from packet.digests import NotAPacketError, parsed

    try:
        return parsed(readable(file).read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not text") from None
    except NotAPacketError as error:
        raise CommandError(f"{file}: {error}") from None


def _against(content: Any, home: Path | None) -> tuple[Check, ...]:
    """The casebook's word; nothing where there is none."""
    from packet.verifying import check_against

    if not has_casebook(settings_at(home)):
        return ()
    with office(home) as at, at.book.reading() as tx:
        return check_against(tx, content)
