"""One module per subcommand of `kairos`; each holds a click command named `command`."""
