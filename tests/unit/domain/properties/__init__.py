"""Properties that hold for any events and any definitions, judged by the specification."""
