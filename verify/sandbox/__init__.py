"""Running somebody's code apart: cages, sessions, and the wire. Nothing here knows of gradients."""
