"""All that is true of Arabic alone."""
