"""`kairos`: the command line. Exit 0, 1 (found wrong) or 2 (used wrong)."""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import click

from local import commands


class _Lazy(click.Group):
    """A group whose subcommands are the modules of `local.commands`, imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_called(module.name) for module in iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        [module] = [module.name for module in iter_modules(commands.__path__) if _called(module.name) == name]
        command: click.Command = import_module(f"local.commands.{module}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """A stack that turns a command away, or is gone, is no error of ours: in a line instead of a traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if told := _said_by_aws(error):
                raise click.ClickException(told) from error
            raise


def _said_by_aws(error: Exception) -> str:
    from botocore.exceptions import BotoCoreError, ClientError  # here: `kairos --help` need not wait for it

    from kairos.service.ports import Unavailable

    if isinstance(error, ClientError):
        said = error.response.get("Error", {})
        return f"AWS does not {error.operation_name}: {said.get('Code')}: {said.get('Message')}"
    if isinstance(error, Unavailable):
        return f"the table does not answer: {error}"
    return f"AWS does not answer: {error}" if isinstance(error, BotoCoreError) else ""


def _called(module: str) -> str:
    """A module's command; `import_` is one that Python would not import by the name itself."""
    return module.rstrip("_").replace("_", "-")


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kairos", message="%(version)s")
def kairos() -> None:
    """The right message at the right moment, in your own AWS account."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs `kairos` and exits."""
    kairos.main(args=None if arguments is None else list(arguments), prog_name="kairos")


if __name__ == "__main__":
    main()
