"""The words and rules of the trade: pure values and functions, no IO, no clock."""
