"""A file becomes cells of code with their places; nothing is run."""
