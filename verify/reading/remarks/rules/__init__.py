"""Each file is one rule: what it looks for, and what it says."""
