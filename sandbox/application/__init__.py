"""The application on this portal: its installation, its handlers, the events it is told."""
