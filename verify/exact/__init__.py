"""Exact numbers that unmodified NumPy code computes with."""
