"""The tests: one folder a room, and what several of them share."""
