"""Balls of 50 digits, each with a certified radius, that unmodified NumPy code computes with."""
