"""Stories: case notes as a billing manager writes them, read, lived through on the core, and held to their word."""
