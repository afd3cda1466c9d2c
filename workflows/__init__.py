"""The durable side: waiting, hearing, deciding what is next."""
