"""A page of all components, for whoever works on them: in the demo only."""
