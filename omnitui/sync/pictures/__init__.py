"""Pictures read for the terminal, in a child process."""
