"""The `tasks.task.*` methods."""
