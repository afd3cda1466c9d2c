"""The steps; never edited once released, only added to."""
