"""The commands, grouped by what they do: reading, listing, checking, and the demonstration."""
