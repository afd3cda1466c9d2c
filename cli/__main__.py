"""`python -m cli` is `baton`."""

from cli.main import run

if __name__ == "__main__":
    run()
