"""What agents and rules do to conversations, as operations that can be undone."""
