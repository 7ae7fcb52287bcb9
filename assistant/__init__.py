"""Who people talk to: the agent, its models and its surfaces."""
