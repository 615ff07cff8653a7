"""Workers on a Ray cluster: the bridge between a search and the nodes, and what stands on the nodes."""
