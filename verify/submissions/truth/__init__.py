"""What is true of a gradient: every oracle that applies, and what they say together."""
