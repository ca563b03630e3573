"""What a worker does with a submission, and what it answers, validated."""
