"""What people and other systems see and say: pages, HTTP API, live updates, sign-in."""
