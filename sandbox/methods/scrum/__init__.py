"""The `tasks.api.scrum.*` methods."""
