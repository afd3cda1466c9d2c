"""The money: what remittances and ledger say in cents, what each payer owes, and what a posting review finds."""
