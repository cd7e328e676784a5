"""The report that a security reviewer decides from: what changes, who may do what, what is open."""
