"""The MCP door: what an assistant may ask of Theriac, in the shapes of every other door."""
