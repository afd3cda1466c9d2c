"""The plan page: what is in force, what is proposed, and what that would have done."""
