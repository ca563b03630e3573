"""What a file defines and uses: its top level, effects, slices and loops."""
