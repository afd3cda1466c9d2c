"""Everything that touches the outside world; implements the ports of `workflows`."""
