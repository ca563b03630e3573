"""Somebody's own code: reading a .py or .ipynb, finding its functions, running them apart, naming the mistake."""
