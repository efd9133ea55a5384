"""``python -m hotloop``: spectra of configuration files, fits of measured spectra, alignment of structures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import __version__, _command_fit, _command_spectrum, _confs
from ._command_arguments import positive, whole
from ._errors import HotloopError

_DESCRIPTION = "Spectra of configuration files, fits of measured spectra, alignment of structures."


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m hotloop", description=_DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"hotloop {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    _command_spectrum.add_to(commands)
    _command_fit.add_to(commands)
    aligning = commands.add_parser("align", help="move and turn structures onto their mean")
    aligning.add_argument("confs", help="folder, file or pattern of conf*.csv")
    aligning.add_argument("-o", "--output", required=True, type=Path, help="folder for the aligned configurations")
    aligning.add_argument("--iterations", type=whole(1), default=100, help="at most so many rounds of turning (100)")
    aligning.add_argument(
        "--tolerance", type=positive, default=1e-8, help="done when the spread about the mean changes by less than this part of it (1e-8)"
    )
    aligning.add_argument("--overwrite", action="store_true", help="write into a folder that is not empty")
    aligning.set_defaults(run=_align)
    chosen = parser.parse_args(arguments)
    try:
        return chosen.run(chosen) or 0
    except (HotloopError, OSError) as error:
        print(f"hotloop {chosen.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _align(chosen: argparse.Namespace) -> None:
    aligned = _confs.align(_confs.load_confs(chosen.confs), chosen.iterations, chosen.tolerance)
    # The originals may lie there.
    _command_spectrum.prepare(chosen.output, chosen.overwrite)
    written = _confs.save_confs(aligned, chosen.output)
    print(f"{len(written)} configurations in {chosen.output}")


if __name__ == "__main__":
    sys.exit(main())
