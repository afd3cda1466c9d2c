"""The order of benefits: which policy comes first on one day of service, by which rule, and what is still open."""
