"""Everything that reading a file can yield, besides findings."""

from edi.acknowledgement import (
    ClaimAcknowledgement,
    GroupAcknowledgement,
    InterchangeAcknowledgement,
    SetAcknowledgement,
)
from edi.claim import BilledClaim
from edi.eligibility import CoverageAnswer
from edi.findings import Finding, Quarantined
from edi.remittance import RemittanceClaim, RemittanceTotals
from edi.status import ClaimStatusAnswer

Transaction = (
    RemittanceClaim
    | RemittanceTotals
    | ClaimAcknowledgement
    | ClaimStatusAnswer
    | CoverageAnswer
    | SetAcknowledgement
    | GroupAcknowledgement
    | InterchangeAcknowledgement
    | BilledClaim
    | Quarantined
)
Item = Transaction | Finding
