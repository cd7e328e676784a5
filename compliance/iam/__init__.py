"""IAM as templates state it: policy documents, the actions that exist, the ARNs they take."""
