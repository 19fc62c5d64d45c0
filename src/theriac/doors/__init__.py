"""Where people and programs come in: each door opens on `theriac.api` and holds no logic of its own."""
