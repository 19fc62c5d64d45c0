"""`python -m theriac`: the command line."""

from theriac.doors.cli import main

if __name__ == "__main__":
    main()
