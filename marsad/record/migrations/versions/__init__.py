"""The migrations, one file a schema version."""
