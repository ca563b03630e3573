"""From a wrong gradient to the mistake, its line and what should stand there."""
