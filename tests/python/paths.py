"""Where the tests find what they share with the other languages."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases"
ANISOAP_DATA = ROOT / "tests" / "data" / "anisoap"
FMM_DATA = ROOT / "tests" / "data" / "fmm"
DATA = ROOT / "tests" / "data" / "exciton"
PACKAGE = ROOT / "bindings" / "python"
EXAMPLES = ROOT / "examples" / "python"
HEADER = ROOT / "include" / "hotloop.h"
RESULTS = Path(os.environ.get("HOTLOOP_RESULTS", ROOT / "build" / "results")) / "python"
