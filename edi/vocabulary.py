"""Which segments each part of a transaction set may hold, with the number of elements each can have."""

Sizes = dict[str, int]


def _sizes(text: str) -> Sizes:
    words = text.split()
    return {name: int(size) for name, size in zip(words[::2], words[1::2], strict=True)}


_NAMES = _sizes("NM1 9 N2 2 N3 2 N4 7 PER 9 REF 4")

ENVELOPE = _sizes("ISA 16 GS 8 ST 3 SE 2 GE 2 IEA 2")

REMITTANCE_HEADER = _sizes(
    "BPR 21 NTE 2 TRN 4 CUR 21 REF 4 DTM 6 N1 6 N2 2 N3 2 N4 7 PER 9 RDM 7 LX 1 TS3 24 TS2 19 PLB 14"
)
REMITTANCE_CLAIM = _sizes("CLP 14 CAS 19 NM1 9 MIA 24 MOA 9 REF 4 DTM 6 PER 9 AMT 3 QTY 4 SVC 7 LQ 2")

STATUS_LEVEL = _sizes("BHT 6 HL 4 NM1 9 N3 2 N4 7 PER 9 DMG 11")
STATUS_LOOP = _sizes("TRN 4 STC 12 REF 4 DTP 3 QTY 4 AMT 3 SVC 7")

ELIGIBILITY_HEADER = _sizes("BHT 6")
ELIGIBILITY_ASKING = _sizes("HL 4 NM1 12 REF 4 N3 2 N4 7 PER 9 PRV 6 AAA 4")
ELIGIBILITY_PERSON = ELIGIBILITY_ASKING | _sizes("TRN 4 DMG 11 INS 17 HI 12 DTP 3 MPI 7")
ELIGIBILITY_BENEFIT = _sizes("HL 4 EB 14 HSD 8 REF 4 DTP 3 AAA 4 MSG 3 III 9 LS 1 NM1 12 N3 2 N4 7 PER 9 PRV 6 LE 1")

ACKNOWLEDGEMENT = _sizes("AK1 3 AK2 3 IK3 4 AK3 4 CTX 6 IK4 4 AK4 4 IK5 6 AK5 6 AK9 9")

BILL_HEADER = _sizes("BHT 6") | _NAMES
BILL_BILLING = _sizes("HL 4 PRV 6 CUR 21") | _NAMES
BILL_SUBSCRIBER = _sizes("HL 4 SBR 9 PAT 9 DMG 11") | _NAMES
BILL_PATIENT = _sizes("HL 4 PAT 9 DMG 11") | _NAMES
BILL_CLAIM = _NAMES | _sizes(
    "CLM 20 DTP 3 CL1 4 PWK 9 CN1 6 AMT 3 K3 3 NTE 2 CR1 10 CR2 12 CR3 5 CRC 7 HI 12 HCP 15 PRV 6"
    " SBR 9 CAS 19 OI 6 MIA 24 MOA 9 LX 1 SV1 21 SV2 10 SV5 7 QTY 4 MEA 12 PS1 3 LIN 31 CTP 11 SVD 6 LQ 2 FRM 5"
)

CLAIM_STATUSES = frozenset({"1", "2", "3", "4", "19", "20", "21", "22", "23", "25"})
ADJUSTMENT_GROUPS = frozenset({"CO", "CR", "OA", "PI", "PR"})
SEQUENCES = frozenset("PSTABCDEFGHU")
FREQUENCIES = frozenset("0123456789ABCDEFGHIJKMPQXZ")

ACKNOWLEDGEMENT_CATEGORIES = frozenset(["A0", "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "E1", "E2", "E3", "E4"])
BENEFIT_INFORMATION = frozenset("12345678ABCDEFGHIJKLMNOPQRSTUVWXY") | {"CB", "MC"}
STATUS_CATEGORIES = ACKNOWLEDGEMENT_CATEGORIES | frozenset(
    ["D0", "E0", "F0", "F1", "F2", "F3", "F3F", "F3N", "F4", "F5", "P0", "P1", "P2", "P3", "P4", "P5", "RQ"]
    + [f"R{number}" for number in range(18)]
    + [f"DR0{number}" for number in range(1, 9)]
)
