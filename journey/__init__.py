"""What is true of a claim's journey: pure rules, no I/O, no clock of their own, no engine."""
