"""What if: cases lived again under another plan, and what would have been different."""
