"""What runs in the cage, beside somebody else's code. Nothing here is trusted by the judge."""
