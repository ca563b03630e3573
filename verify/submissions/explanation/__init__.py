"""The Evidence about a submission."""
