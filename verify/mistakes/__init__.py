"""The catalogue of known mistakes."""
