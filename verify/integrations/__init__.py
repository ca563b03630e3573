"""verify inside of other programs: notebooks."""
