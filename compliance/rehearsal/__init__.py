"""A rehearsal: the gated assembly, deployed to a local AWS that enforces IAM."""
