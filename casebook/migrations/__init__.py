"""How the casebook's tables came to be, one step at a time."""
