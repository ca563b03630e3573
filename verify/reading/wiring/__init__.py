"""Who is who in a file, and how it is meant to be called."""
