"""The networks, losses and points that verify knows: the textbook answer, on any kind of numbers."""
