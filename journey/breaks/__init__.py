"""Where a journey breaks: the rules of diagnosis, the facts for and against each, and whose next step it is."""
