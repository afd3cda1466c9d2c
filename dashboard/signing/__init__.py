"""Who asks: signing in, sessions, passwords, and how often somebody may ask."""
