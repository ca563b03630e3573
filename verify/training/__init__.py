"""Training on real digits as the end-to-end check: data, the loop, the checks, the Keras twin."""
