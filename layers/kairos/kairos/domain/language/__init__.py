"""The campaign language: models of campaign.yaml and policy.yaml, for building campaigns, never for running them."""
