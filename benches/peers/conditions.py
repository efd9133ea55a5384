"""The conditions of a measurement: what the processor is, which OpenBLAS core its peers should use, what is loaded.

OpenBLAS picks its kernels by a table of processors, and an older release takes a newer processor for an ancient one: Debian 12's 0.3.21
runs its kernels of 2004 on Sapphire Rapids. Peers are measured at their best, so the core is chosen here by what the processor can do.
"""
import os
import platform
import sys


def processor():
    """Model name, vendor and instruction flags, as Linux has them."""
    fields = {}
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                name, _, value = line.partition(":")
                fields.setdefault(name.strip(), value.strip())
    except OSError:
        pass
    return fields.get("model name", platform.machine()), fields.get("vendor_id", ""), set(fields.get("flags", "").split())


def has_avx512():
    return {"avx512f", "avx512dq", "avx512vl"} <= processor()[2]


def best_openblas_core():
    """The value of OPENBLAS_CORETYPE that suits this processor, or None to leave the choice to OpenBLAS."""
    if os.environ.get("OPENBLAS_CORETYPE"):
        return os.environ["OPENBLAS_CORETYPE"]
    _, vendor, flags = processor()
    if {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"} <= flags:
        return "SkylakeX"
    if {"avx2", "fma"} <= flags:
        return "Zen" if vendor == "AuthenticAMD" else "Haswell"
    return None


def describe():
    """(name, value) of everything that a reader of the numbers should know. Call it after the peers are imported."""
    import hotloop
    import numpy

    model, _, _ = processor()
    config = hotloop.config()
    rows = [
        ("processor", f"{model}, {len(os.sched_getaffinity(0))} cores to use, load {os.getloadavg()[0]:.1f}"),
        ("system", f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, NumPy {numpy.__version__}"),
        ("hotloop", f"{config['version']}, SIMD {config['simd']}"),
        ("hotloop's OpenBLAS", f"core {config['openblas_core']}, {config['openblas']}"),
    ]
    if "ham2spec" in sys.modules:
        rows.append(("ham2spec", "0.6.2 from its source distribution, release build, with hotloop's OpenBLAS"))
    try:
        import threadpoolctl
    except ImportError:
        rows.append(("NumPy's OpenBLAS", "threadpoolctl is not here to ask"))
    else:
        for library in threadpoolctl.threadpool_info():
            if library.get("internal_api") == "openblas":
                where = "NumPy's OpenBLAS" if "numpy" in library["filepath"] else "OpenBLAS in the process"
                rows.append((where, f"core {library.get('architecture')}, {library.get('version')}, {library['num_threads']} thread"))
    names = ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "HOTLOOP_NUM_THREADS", "HOTLOOP_SIMD")
    rows.append(("environment", " ".join(f"{name}={os.environ[name]}" for name in names if name in os.environ)))
    return rows
