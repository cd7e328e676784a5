"""A local AWS: MiniStack in a process and an interpreter of its own."""
