"""The lab's own network: planted with mistakes, judged, explained."""
