"""What is judged in turn: one reading of a submission, its other trainings, the program as a whole."""
