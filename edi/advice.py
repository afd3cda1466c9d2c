"""Every rule a reader can find broken: how bad it is and what to do, in words a biller and an operator understand."""

from typing import Literal

Level = Literal["error", "warning", "note"]

_RESEND = "Ask the sender to correct and resend the file."
_LOOK = "Look at the quarantined content and ask the sender for a corrected file."

ADVICE: dict[str, tuple[Level, str]] = {
    # the file
    "NOT_X12": ("error", "This is not an X12 file: no ISA header was found. Check what was dropped here."),
    "BOM": ("note", "The file starts with a byte order mark; it was skipped."),
    "ENCODING": ("note", "The interchange holds characters beyond ASCII; they were read as UTF-8 or else Latin-1."),
    "JUNK": ("error", "Text outside of any interchange was set aside. " + _LOOK),
    "ISA_UNREADABLE": ("error", "The ISA header does not say how to read what follows; it was set aside. " + _RESEND),
    "ISA_WIDTH": ("warning", "The ISA header is not 106 characters wide; its separators were found by counting."),
    "ISA_TERMINATOR": ("warning", "The ISA names another segment terminator than is used; line breaks were taken."),
    "ISA13_REPEATED": (
        "warning",
        "This interchange control number occurs twice in the file; is it repeated?",
    ),
    "EMPTY_SEGMENT": ("note", "The interchange has empty segments; they were skipped."),
    "LINE_BREAK": ("warning", "Line breaks inside segments were removed; check that the sender does not wrap lines."),
    "SEGMENT_TOO_LONG": ("error", "A segment is too long to be one; its content was set aside. " + _RESEND),
    "SEGMENT_CUT": ("error", "The last segment has no terminator: the file was cut off. " + _RESEND),
    # the envelope
    "GS_MISSING": ("error", "A transaction set stands outside a functional group. " + _RESEND),
    "SE_MISSING": ("error", "The transaction set has no SE trailer; it may be incomplete. " + _RESEND),
    "GE_MISSING": ("error", "The functional group has no GE trailer; it may be incomplete. " + _RESEND),
    "IEA_MISSING": ("error", "The interchange has no IEA trailer; it may be incomplete. " + _RESEND),
    "TRAILER_STRAY": ("error", "A trailer has no header before it. " + _RESEND),
    "SE01_COUNT": ("error", "The number of segments is not the one announced; content may be missing. " + _RESEND),
    "GE01_COUNT": ("error", "The number of transaction sets is not the one announced. " + _RESEND),
    "IEA01_COUNT": ("error", "The number of functional groups is not the one announced. " + _RESEND),
    "SE02_CONTROL": ("error", "Header and trailer of the transaction set carry different control numbers. " + _RESEND),
    "GE02_CONTROL": ("error", "Header and trailer of the group carry different control numbers. " + _RESEND),
    "IEA02_CONTROL": ("error", "Header and trailer of the interchange carry different control numbers. " + _RESEND),
    "ST02_REPEATED": ("warning", "This transaction set control number occurs twice in its group."),
    "VERSION_OLD": ("warning", "Version 4010 is no longer in use; it was read as 005010. Ask the sender to upgrade."),
    "VERSION_UNKNOWN": ("warning", "This version of the transaction set is not known; it was read as 005010."),
    "TRANSACTION_UNSUPPORTED": ("warning", "This kind of transaction set is not read; it was set aside whole."),
    # segments
    "SEGMENT_UNKNOWN": ("error", "This segment does not exist in this transaction set. " + _LOOK),
    "SEGMENT_MISPLACED": ("error", "This segment must not stand here. " + _LOOK),
    "SEGMENT_SHAPE": ("error", "This segment has more elements than it can have. " + _LOOK),
    "SEGMENT_REPEATED": (
        "error",
        "This segment may occur once but occurs twice; two loops may have run together.",
    ),
    "LOOP_ORPHAN": ("error", "These segments belong to a loop whose beginning is missing. " + _LOOK),
    "LOOP_TOO_LONG": ("error", "The loop is too long to be one claim; a later beginning may be missing. " + _LOOK),
    # values
    "VALUE_MISSING": ("error", "A required value is missing. " + _LOOK),
    "VALUE_BAD": ("error", "The value is not one this element can have. " + _LOOK),
    "AMOUNT_BAD": ("error", "The amount is not a decimal number with at most two decimals. " + _LOOK),
    "QUANTITY_BAD": ("error", "The quantity is not a decimal number. " + _LOOK),
    "DATE_BAD": ("error", "The date is not a day of the calendar. " + _LOOK),
    "DATE_IMPLAUSIBLE": ("warning", "The date lies outside 1900 to 2100 and was left out."),
    "PERIOD_SINGLE": ("warning", "A span of days names one day only; it was read as that day."),
    "NM109_PAIR": ("warning", "An identifier and its qualifier must be sent together; one is missing."),
    "ENTITY_UNKNOWN": ("warning", "A party in this role is not used here; it was left out."),
    # 835
    "BPR_MISSING": ("error", "The payment (BPR) is missing; the remittance cannot be balanced. " + _RESEND),
    "TRN_MISSING": ("warning", "The trace number is missing; match by other references."),
    "PAYER_MISSING": ("warning", "The payer is not identified; assign the file by its sender."),
    "CLP02_UNKNOWN": ("warning", "This claim status is not in the guide; decide by hand what it means."),
    "CROSSOVER_CARRIER_MISSING": ("warning", "The claim is said to be forwarded, but not to whom; ask the payer."),
    "CLAIM_SIGN": ("error", "Amounts must be negative on a reversal and only there. " + _LOOK),
    "CLAIM_BALANCE": ("error", "Charge minus all adjustments is not the payment. Ask the payer for a corrected claim."),
    "LINE_BALANCE": ("error", "A line's charge minus its adjustments is not its payment. Ask the payer."),
    "LINES_CHARGE": ("warning", "The line charges do not add up to the claim charge; check for missing lines."),
    "BPR02_BALANCE": (
        "error",
        "Claim payments minus provider adjustments are not the payment; do not match it.",
    ),
    # 277 and 277CA
    "HL_LEVEL": ("error", "This level does not exist in the hierarchy; what stands below was set aside. " + _LOOK),
    "HL_PARENT": ("error", "This level does not stand below the one it names; what it holds was set aside. " + _LOOK),
    "HL_SEQUENCE": ("warning", "The hierarchy numbers have a gap; a level may be missing."),
    "STC_MISSING": ("error", "A claim is named without a status. " + _LOOK),
    "STC_CATEGORY": ("warning", "This status category must not be used in this transaction; it was read as it stands."),
    "QTY_COUNT": ("warning", "The number of claims is not the one announced; a claim status may be missing."),
    # 271
    "EB_MISSING": ("error", "A member is named without an answer. " + _LOOK),
    "EB01_UNKNOWN": ("warning", "This kind of benefit statement is not in the guide; decide by hand what it means."),
    # 999
    "IK5_MISSING": ("error", "The acknowledgement names a transaction set but no verdict. " + _LOOK),
    "AK9_MISSING": ("error", "The acknowledgement has no verdict on the group. " + _RESEND),
    "AK9_COUNT": ("warning", "The verdicts on the sets do not add up to the verdict on the group."),
    # 837
    "CONTEXT_MISSING": ("error", "The claim has no readable billing provider, subscriber or payer above it. " + _LOOK),
    "LINES_SUM": ("error", "The line charges do not add up to the claim charge. " + _LOOK),
    "LINES_MISSING": ("error", "The claim has no service line. " + _LOOK),
    "F8_MISSING": ("warning", "A replacement or void names no original payer claim number; the payer will refuse it."),
    "COB_BALANCE": ("warning", "Another payer's decision does not add up; the next payer will refuse it. Correct it."),
}
