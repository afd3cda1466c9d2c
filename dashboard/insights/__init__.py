"""Insights for supervisors: sums, tables, drawings, and outages."""
