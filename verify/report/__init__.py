"""Renderers of Evidence. They compute nothing, and import no oracle, no network and no SymPy."""
