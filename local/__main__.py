"""`python -m local` is `kairos`."""

from local.cli import main

if __name__ == "__main__":
    main()
