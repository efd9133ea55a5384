"""The ctypes declarations say what the C header says, and a library with another ABI is refused."""

import ctypes
import os
import re
import subprocess
import sys

import pytest
from hotloop import _abi, _library
from paths import HEADER, PACKAGE

C_TYPES = {
    "size_t": ctypes.c_size_t,
    "ptrdiff_t": ctypes.c_ssize_t,
    "int32_t": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64,
    "hl_status": ctypes.c_int32,
    "double": ctypes.c_double,
    "hl_progress_fn": _abi.ProgressFunction,
    "struct hl_exciton_options *": ctypes.POINTER(_abi.ExcitonOptions),
    "hl_exciton_options *": ctypes.POINTER(_abi.ExcitonOptions),
    "struct hl_kuramoto_options *": ctypes.POINTER(_abi.KuramotoOptions),
    "hl_kuramoto_options *": ctypes.POINTER(_abi.KuramotoOptions),
    "struct hl_exciton_sample *": ctypes.POINTER(_abi.ExcitonSample),
    "struct hl_exciton_fit_options *": ctypes.POINTER(_abi.ExcitonFitOptions),
    "struct hl_exciton_fit_result *": ctypes.POINTER(_abi.ExcitonFitResult),
    "struct hl_anisoap_options *": ctypes.POINTER(_abi.AnisoapOptions),
    "hl_anisoap_options *": ctypes.POINTER(_abi.AnisoapOptions),
    "struct hl_direct_options *": ctypes.POINTER(_abi.DirectOptions),
    "hl_direct_options *": ctypes.POINTER(_abi.DirectOptions),
    "struct hl_fmm_options *": ctypes.POINTER(_abi.FmmOptions),
    "hl_fmm_options *": ctypes.POINTER(_abi.FmmOptions),
    "struct hl_fmm_plan_stats *": ctypes.POINTER(_abi.FmmPlanStats),
    "char *": ctypes.c_char_p,
}


def header_text():
    """The header without comments and preprocessor lines."""
    text = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.S)
    text = re.sub(r"//[^\n]*", " ", text)
    return re.sub(r"^\s*#.*$", " ", text, flags=re.M)


def c_type(declaration):
    """The ctypes type of a declaration like `const double *energies` or `int32_t boundary[3]`."""
    array = re.fullmatch(r"(.*)\[(\d+)\]", declaration.strip())
    if array:
        return c_type(array[1]) * int(array[2])
    declaration = " ".join(declaration.replace("const ", " ").replace("*", " * ").split())
    words = re.sub(r"\w+$", "", declaration).strip() if not declaration.endswith("*") else declaration
    if words in C_TYPES:
        return C_TYPES[words]
    assert words.endswith("*"), declaration
    return ctypes.c_void_p


def prototypes():
    pattern = r"([\w\s*]*?)\b(hl_\w+)\s*\(([^()]*)\)\s*;"
    for result, name, arguments in re.findall(pattern, header_text()):
        if "typedef" in result:
            continue
        listed = [] if arguments.strip() in ("", "void") else arguments.split(",")
        yield name, c_type(result + " result"), tuple(c_type(argument) for argument in listed)


def test_the_table_holds_every_function_of_the_header_and_no_other():
    assert {name for name, _, _ in prototypes()} == set(_abi.FUNCTIONS)


@pytest.mark.parametrize("prototype", list(prototypes()), ids=lambda prototype: prototype[0])
def test_a_function_is_declared_as_in_the_header(prototype):
    name, result, arguments = prototype
    assert _abi.FUNCTIONS[name] == (result, arguments)
    declared = getattr(_library.library, name)
    assert (declared.restype, tuple(declared.argtypes)) == (result, arguments)


@pytest.mark.parametrize(
    "name, struct",
    [
        ("hl_exciton_options", _abi.ExcitonOptions),
        ("hl_exciton_fit_options", _abi.ExcitonFitOptions),
        ("hl_exciton_fit_result", _abi.ExcitonFitResult),
        ("hl_kuramoto_options", _abi.KuramotoOptions),
        ("hl_anisoap_options", _abi.AnisoapOptions),
        ("hl_direct_options", _abi.DirectOptions),
        ("hl_fmm_options", _abi.FmmOptions),
        ("hl_fmm_plan_stats", _abi.FmmPlanStats),
    ],
)
def test_a_struct_is_the_header_s(name, struct):
    body = re.search(rf"struct {name}\s*\{{(.*?)\}}", header_text(), re.S).group(1)
    fields = [" ".join(line.split()) for line in body.split(";") if line.strip()]
    expected = [(re.search(r"(\w+)(\[\d+\])?$", field).group(1), c_type(field)) for field in fields]
    assert struct._fields_ == expected


def test_the_defaults_are_the_documented_ones():
    options = _abi.ExcitonOptions()
    assert _library.library.hl_exciton_options_init(ctypes.byref(options), ctypes.sizeof(options)) == 0
    assert options.struct_size == ctypes.sizeof(options)
    assert (options.fwhm, options.fwhm_cd, options.cutoff, options.energy_offset) == (70.0, 0.0, 3.0, 0.0)
    assert not any((options.lineshape, options.fwhm_by, options.normalization, options.cd_scale, options.broadening))


def test_the_defaults_of_kuramoto_are_the_documented_ones():
    options = _abi.KuramotoOptions()
    assert _library.library.hl_kuramoto_options_init(ctypes.byref(options), ctypes.sizeof(options)) == 0
    assert options.struct_size == ctypes.sizeof(options)
    assert not any((options.law, options.method, *options.boundary, options.nonfinite, options.accumulate))
    assert options.lag == 0.0 and not any(options.halo_below) and not any(options.halo_above)


def test_the_defaults_of_anisoap_are_the_documented_ones():
    options = _abi.AnisoapOptions()
    assert _library.library.hl_anisoap_options_init(ctypes.byref(options), ctypes.sizeof(options)) == 0
    assert options.struct_size == ctypes.sizeof(options)
    assert (options.max_radial, options.basis_tol, options.n_pairs) == (-1, 1e-8, -1)
    assert not any((options.radial_basis, options.channel_order, options.spectrum_pairs, options.spectrum_sign, options.coefficients))
    assert not any((options.radial_gaussian_width, options.basis_rcond, options.subtract_center_contribution))


def test_the_defaults_of_direct_are_the_documented_ones():
    options = _abi.DirectOptions()
    assert _library.library.hl_direct_options_init(ctypes.byref(options), ctypes.sizeof(options)) == 0
    assert (options.struct_size, options.kernel, options.screening) == (ctypes.sizeof(options), 0, 0.0)


def test_the_defaults_of_plans_are_the_documented_ones():
    options = _abi.FmmOptions()
    assert _library.library.hl_fmm_options_init(ctypes.byref(options), ctypes.sizeof(options)) == 0
    assert (options.struct_size, options.eps, options.max_level) == (ctypes.sizeof(options), 1e-6, 20)
    zeros = (options.kernel, options.precision, options.screening, options.order, options.leaf_size, options.translations, options.balance, options.period)
    assert not any(zeros)


def test_the_numbers_of_the_words_are_the_header_s():
    constants = {name: int(value) for name, value in re.findall(r"#define HL_(\w+) (-?\d+)", HEADER.read_text())}
    groups = (
        ("LINESHAPE", _abi.LINESHAPES),
        ("FWHM", {"common": 0, "per_exciton": _abi.FWHM_BY["exciton"], "per_site": _abi.FWHM_BY["site"]}),
        ("NORMALIZATION", _abi.NORMALIZATIONS),
        ("CD_SCALE", _abi.CD_SCALES),
        ("BROADENING", _abi.BROADENINGS),
        ("PARAMETER", _abi.PARAMETERS),
        ("SPECTRUM", _abi.SPECTRA),
        ("FIT_ENDED", _abi.FIT_ENDS),
        ("COUPLING", _abi.COUPLING_LAWS),
        ("BOUNDARY", _abi.BOUNDARIES),
        ("METHOD", _abi.METHODS),
        ("NONFINITE", _abi.NONFINITE),
        ("RADIAL_BASIS", _abi.RADIAL_BASES),
        ("CHANNEL_ORDER", _abi.CHANNEL_ORDERS),
        ("SPECTRUM_PAIRS", _abi.SPECTRUM_PAIRS),
        ("SPECTRUM_SIGN", _abi.SPECTRUM_SIGNS),
        ("COEFFICIENTS", _abi.COEFFICIENTS),
        ("PAIR_LIST", _abi.PAIR_LISTS),
        ("KERNEL", _abi.KERNELS),
        ("FMM_PRECISION", _abi.FMM_PRECISIONS),
        ("FMM_TRANSLATIONS", _abi.FMM_TRANSLATIONS),
        ("FMM", {**{name: i for i, name in enumerate(_abi.FMM_OPERATORS)}, "N_TIMINGS": len(_abi.FMM_OPERATORS)}),
        ("MORTON", {"finest": _abi.MORTON_FINEST, "none": _abi.MORTON_NONE}),
    )
    for prefix, words in groups:
        # SPECTRUM_PAIRS_ALL is one of SPECTRUM_PAIRS, not of SPECTRUM.
        longer = tuple(other + "_" for other, _ in groups if other.startswith(prefix + "_"))
        in_header = {name: n for name, n in constants.items() if name.startswith(prefix + "_") and not name.startswith(longer)}
        assert in_header == {f"{prefix}_{word.upper().replace('-', '_')}": number for word, number in words.items()}
    assert constants["ABI_VERSION"] == _abi.ABI_VERSION
    from hotloop import _threads, _units

    assert constants["MAX_THREADS"] == _threads.MAX_THREADS
    units = {n for name, n in constants.items() if name.startswith("UNIT_")}
    assert units == {n for kind in _units._KINDS for n in kind.values()}


def test_every_status_of_the_header_has_an_exception():
    from hotloop import _errors

    statuses = {int(n) for n in re.findall(r"#define HL_ERR_\w+ (\d+)", HEADER.read_text())}
    assert statuses == set(_errors._BY_STATUS)


def import_with(library, tmp_path):
    environment = {**os.environ, "HOTLOOP_LIBRARY": str(library), "PYTHONPATH": str(PACKAGE)}
    return subprocess.run(
        [sys.executable, "-c", "import hotloop"], env=environment, cwd=tmp_path, capture_output=True, text=True
    )


def test_a_library_with_another_abi_is_refused(tmp_path):
    source, library = tmp_path / "other.c", tmp_path / "libhotloop.so.0"
    source.write_text("int hl_abi_version(void) { return 99; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    done = import_with(library, tmp_path)
    assert done.returncode != 0
    assert "ImportError" in done.stderr and "ABI version 99" in done.stderr


def test_a_file_that_is_no_hotloop_library_is_refused(tmp_path):
    source, library = tmp_path / "none.c", tmp_path / "libhotloop.so.0"
    source.write_text("int something_else(void) { return 0; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    done = import_with(library, tmp_path)
    assert "ImportError" in done.stderr and "not a hotloop library" in done.stderr


def test_a_path_that_does_not_exist_is_named(tmp_path):
    done = import_with(tmp_path / "nowhere.so", tmp_path)
    assert "ImportError" in done.stderr and "nowhere.so" in done.stderr and "HOTLOOP_LIBRARY" in done.stderr


def test_config_and_version_tell_what_is_loaded():
    import hotloop

    report = hotloop.config()
    assert report["library"] == _library.library_path
    assert hotloop.version() == hotloop.__version__
    assert len(report) > 3 and all(isinstance(value, str) for value in report.values())
