"""X12 005010: bytes to typed transactions, transactions to facts; pure."""
