"""What is worth knowing about the code and makes no gradient wrong."""
