"""The page of one case: what it shows, and what people say on it."""
