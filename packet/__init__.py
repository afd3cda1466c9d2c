"""The evidence packet: one case as a reader may see it, as JSON, as a page to print and as PDF."""
