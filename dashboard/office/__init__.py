"""The office: its people, tokens and webhooks, files that could not be read, and who looked at what."""
