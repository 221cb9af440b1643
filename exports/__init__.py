"""What may leave, for whom, and in which file: nothing identified, nothing that was not agreed to."""
