"""What was given against what is true: one comparer, and the verdicts that follow."""
