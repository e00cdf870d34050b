"""The campaign language: models of campaign.yaml and policy.yaml. Used when campaigns are built, never when they run."""
