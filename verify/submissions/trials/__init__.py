"""Finding out how a submission is called: by trial calls, by its own training, and at other depths."""
