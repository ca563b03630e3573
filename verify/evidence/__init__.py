"""Evidence: the one result that everything shown is rendered from."""
