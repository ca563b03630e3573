"""What a file of code says, read and never run: its cells, its definitions and uses, who is who, and remarks."""
