"""A world to try it in: synthetic claims with known truth, trading partners that speak files and HTTP."""
