"""Every way in which a file can be malformed and yet must be read, or must be refused by name."""

import re
from collections.abc import Callable

import pytest

CLEAN: set[str] = set()


def _sub(pattern: str, into: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, into, text, count=1)


def _body(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text[:106] + text[106:].replace(old, new)


def _marks(new: str, old: str = "*:^~") -> Callable[[str], str]:
    return lambda text: text.translate(str.maketrans(old, new))


def _second(first: str, marks: str = "*:^~", between: str = "") -> str:
    second = first.replace("000000001", "000000002").replace("CT10000", "CU10000")
    return first + between + _marks(marks)(second)


CASES: list[tuple[str, Callable[[str], str], int, set[str]]] = [
    ("clean", lambda text: text, 3, CLEAN),
    ("SE count", _sub(r"SE\*\d+", "SE*99"), 3, {"SE01_COUNT"}),
    ("GE count", _sub(r"GE\*1", "GE*2"), 3, {"GE01_COUNT"}),
    ("IEA count", _sub(r"IEA\*1", "IEA*7"), 3, {"IEA01_COUNT"}),
    ("SE control number", _sub(r"(SE\*\d+\*)\d+", r"\g<1>0009"), 3, {"SE02_CONTROL"}),
    ("GE control number", _sub(r"GE\*1\*1", "GE*1*2"), 3, {"GE02_CONTROL"}),
    ("IEA control number", _sub(r"(IEA\*1\*)\d+", r"\g<1>000000009"), 3, {"IEA02_CONTROL"}),
    ("SE missing", _sub(r"SE\*[^~]*~", ""), 3, {"SE_MISSING"}),
    ("GE missing", _sub(r"GE\*[^~]*~", ""), 3, {"GE_MISSING"}),
    ("IEA missing", _sub(r"IEA\*[^~]*~", ""), 3, {"IEA_MISSING"}),
    ("GS missing", _sub(r"GS\*[^~]*~", ""), 3, {"GS_MISSING", "VERSION_UNKNOWN", "TRAILER_STRAY", "IEA01_COUNT"}),
    (
        "cut between segments",
        lambda text: text[: text.index("LQ*HE", text.index("CT100003"))],
        3,
        {"SE_MISSING", "GE_MISSING", "IEA_MISSING"},
    ),
    (
        "cut inside a segment",
        lambda text: text[: text.index("LQ*HE", text.index("CT100003")) + 4],
        3,
        {"SEGMENT_CUT", "SE_MISSING", "GE_MISSING", "IEA_MISSING"},
    ),
    ("ISA names a tilde, the body uses line breaks", _body("~", "\n"), 3, {"ISA_TERMINATOR"}),
    ("body uses another element separator", _body("*", "|"), 0, {"SEGMENT_MISPLACED", "IEA_MISSING"}),
    ("bars as separators", _marks("|>!~"), 3, CLEAN),
    ("control characters as separators", _marks("\x1d\x1f\x1e\x1c"), 3, CLEAN),
    ("line break as terminator", _marks("\n", "~"), 3, CLEAN),
    ("CRLF as terminator", lambda text: text.replace("~", "\r\n"), 3, CLEAN),
    ("line break after each terminator", lambda text: text.replace("~", "~\n"), 3, CLEAN),
    ("CRLF and blank lines after each terminator", lambda text: text.replace("~", "~\r\n\r\n"), 3, CLEAN),
    ("CR after each terminator", lambda text: text.replace("~", "~\r"), 3, CLEAN),
    ("indented lines", lambda text: text.replace("~", "~\n   \t"), 3, CLEAN),
    ("byte order mark", lambda text: "\xef\xbb\xbf" + text, 3, {"BOM"}),
    ("line breaks before ISA", lambda text: "\r\n\n" + text, 3, CLEAN),
    ("empty segments", lambda text: text.replace("~", "~~"), 3, {"EMPTY_SEGMENT"}),
    ("lines broken inside segments", _body("*HC:", "*\r\nHC:"), 3, {"LINE_BREAK"}),
    ("two interchanges", _second, 6, CLEAN),
    ("the same interchange twice", lambda text: text + text, 6, {"ISA13_REPEATED"}),
    ("two interchanges with different separators", lambda text: _second(text, "|>!\n"), 6, CLEAN),
    ("line break between interchanges", lambda text: _second(text, between="\r\n"), 6, CLEAN),
    ("junk between interchanges", lambda text: _second(text, between="END OF FILE"), 6, {"JUNK"}),
    ("junk before the first", lambda text: "VISA-GOLD 17 " + text, 3, {"ISA_UNREADABLE", "JUNK"}),
    ("junk after the last", lambda text: text + "trailer", 3, {"JUNK"}),
    (
        "second interchange begins before the first ends",
        lambda text: (
            text[: text.index("LQ*HE", text.index("CT100003"))] + _marks("|>!\n")(text.replace("0001", "0002"))
        ),
        6,
        {"SE_MISSING", "GE_MISSING", "IEA_MISSING"},
    ),
    ("control-Z and NULs at the end", lambda text: text + "\x1a\x00\x00\n", 3, CLEAN),
    ("lower case ids", lambda text: text.replace("CLP*", "clp*"), 0, {"SEGMENT_UNKNOWN", "BPR02_BALANCE"}),
    ("unknown segment in a claim", _sub("LQ[*]HE", "ZZZ*HE"), 2, {"SEGMENT_UNKNOWN"}),
    ("segment of the header in a claim", _sub("LQ[*]HE", "N3*HE"), 2, {"SEGMENT_MISPLACED"}),
    ("too many elements", _sub("LQ[*]HE[*]N89", "LQ*HE*N89*CLP*X"), 2, {"SEGMENT_SHAPE"}),
    ("ISA too wide", _sub("PAYER          ", "PAYER            "), 3, {"ISA_WIDTH"}),
    ("ISA too narrow", _sub("PAYER          ", "PAYER"), 3, {"ISA_WIDTH"}),
    ("ISA with a broken separator", _sub(r"ISA\*00\*", "ISA*00 "), 3, {"ISA_WIDTH"}),
    ("version of 2001", lambda text: text.replace("005010X221A1", "004010X091A1"), 3, {"VERSION_OLD"}),
    ("unknown version", lambda text: text.replace("005010X221A1", "006020X321"), 3, {"VERSION_UNKNOWN"}),
    ("no repetition separator", _sub(r"\*\^\*00501", "*U*00401"), 3, CLEAN),
    ("no NaN amounts", _sub(r"(CLP\*CT100002\*1\*1000\*)480", r"\1NaN"), 2, {"AMOUNT_BAD", "BPR02_BALANCE"}),
    ("no exponents", _sub(r"(CLP\*CT100002\*1\*1000\*)480", r"\g<1>1E400"), 2, {"AMOUNT_BAD", "BPR02_BALANCE"}),
    ("no fractions of a cent", _sub(r"(CAS\*PR\*1\*)220", r"\g<1>220.001"), 2, {"AMOUNT_BAD"}),
    ("no such day", _sub(r"DTM\*472\*20260105", "DTM*472*20260230"), 2, {"DATE_BAD"}),
    ("day in another age", _sub(r"DTM\*472\*20260105", "DTM*472*10010101"), 3, {"DATE_IMPLAUSIBLE"}),
]


@pytest.mark.parametrize(("change", "claims", "codes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_malformed_file_is_read_as_far_as_it_is_safe(make, reading, change, claims, codes):
    """Each oddity is named by its findings, and by nothing else, and costs no more claims than it must."""
    outcome = reading(change(make.file("835")))
    assert len(outcome.of("remittance_claim")) == claims
    assert outcome.codes == codes


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"%PDF-1.7 nothing to see", bytes(range(256)) * 9, b"\xff\xfeI\0S\0A\0"]
)
def test_what_is_not_x12_is_one_quarantined_file(reading, data):
    """A file without a readable interchange ends in one quarantined item and a finding, not in an exception."""
    outcome = reading(data)
    assert [item.kind for item in outcome.quarantined] == ["file"]
    assert "NOT_X12" in outcome.codes
    assert outcome.quarantined[0].length in (0, len(data))


def test_a_segment_of_a_megabyte_is_named_and_set_aside(make, reading):
    """An endless segment costs one claim and a typed finding; what was cut from it is marked as cut."""
    outcome = reading(make.file("835").replace("LQ*HE*N89", "LQ*HE*" + "N" * 1_000_000, 1))
    assert len(outcome.of("remittance_claim")) == 2
    assert outcome.codes == {"SEGMENT_TOO_LONG", "LOOP_TOO_LONG"}
    (aside,) = outcome.quarantined
    assert aside.truncated
    assert aside.length > 1_000_000 > len(aside.raw)


def test_offsets_are_bytes_of_the_file(make, reading):
    """`where.offset` finds the segment in the file, also behind a byte order mark, UTF-8 names and line breaks."""
    text = "\n \r\n".join(make.file("835").split("~")).replace("JANE", "JOSÉ", 1).replace("\n \r\n", "~\n \r\n")
    data = b"\xef\xbb\xbf" + text.encode("utf-8")
    claims = reading(data).of("remittance_claim")
    assert [data[claim.where.offset :][:12] for claim in claims] == [b"CLP*CT100001", b"CLP*CT100002", b"CLP*CT100003"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_names_beyond_ascii_are_read(make, reading, encoding):
    """Names come out right whether the sender writes UTF-8 or Latin-1."""
    outcome = reading(make.file("835").replace("*DOE*JANE", "*NUÑEZ*ZOË", 1).encode(encoding))
    patient = outcome.of("remittance_claim")[0].patient
    assert (patient.name, patient.first) == ("NUÑEZ", "ZOË")
    assert outcome.codes == {"ENCODING"}


def test_findings_and_places_never_quote_the_file(make, reading):
    """A finding says where and what to do, not what stands there: it may be logged."""
    text = make.file("835").replace("*1000*480*", "*SECRET1*SECRET2*").replace("LQ*HE", "SECRET3*HE")
    outcome = reading(text)
    findings = outcome.findings + [reason for item in outcome.quarantined for reason in item.reasons]
    assert findings
    assert not any("SECRET" in item.model_dump_json() or "CT1000" in item.model_dump_json() for item in findings)


def test_two_interchanges_keep_their_own_separators(make, reading):
    """Components are split by the separator of their own interchange."""
    first = make.file("835")
    outcome = reading(first + _marks("|>!\n")(first.replace("000000001", "000000002")))
    procedures = [claim.lines[0].procedure for claim in outcome.of("remittance_claim")]
    assert {(item.code, item.modifiers) for item in procedures} == {("99213", ("25",))}
