"""What a case does about it: asks, sends, escalates, holds the bill, makes amends, closes."""
