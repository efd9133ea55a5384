"""What the caller of a Kuramoto function gets wrong: the right exception, a message that names the argument, and
untouched arrays.

A row is (name, what is changed in a good call, exception, what the message must say).
"""

import hotloop
import numpy as np
import pytest
from test_bad_input import Subclass, big_endian, changed, misaligned, packed_record, read_only

MARK = -12345.0
NAN, INF = float("nan"), float("inf")
SHAPE = (4, 5)
THETA = np.random.default_rng(0).uniform(0.0, 6.0, SHAPE)
ONES = np.ones(SHAPE)
CUBE = np.ones((5, 4, 5))
HALO = {0: (0.0, np.ones(5))}


def halo(below, above=0.0, **options):
    return dict(boundary=("halo", "zero-flux"), halo={0: (below, above)}, **options)


# Changes to a good call of rhs or integrate: what both take.
BOTH = [
    ("integer theta", dict(theta=THETA.astype(int)), TypeError, "theta: .*int64.*float64 or float32"),
    ("half-precision theta", dict(theta=THETA.astype(np.float16)), TypeError, "theta: .*float16"),
    ("longdouble theta", dict(theta=THETA.astype(np.longdouble)), TypeError, "theta: .*float128"),
    ("complex theta", dict(theta=THETA.astype(complex)), TypeError, "theta: .*complex128"),
    ("big-endian theta", dict(theta=big_endian(THETA)), TypeError, "theta: .*byte order"),
    ("list theta", dict(theta=THETA.tolist()), TypeError, "theta: .*list.*numpy.asarray"),
    ("no theta", dict(theta=None), TypeError, "theta: is None"),
    ("number theta", dict(theta=1.0), TypeError, "theta: .*float"),
    ("masked theta", dict(theta=np.ma.masked_array(THETA)), TypeError, "theta: .*"),
    ("subclass theta", dict(theta=THETA.view(Subclass)), TypeError, "theta: .*Subclass"),
    ("misaligned theta", dict(theta=misaligned(THETA)), hotloop.AlignmentError, "theta: .*copy"),
    ("packed-record theta", dict(theta=packed_record(THETA)), hotloop.StrideError, "theta: .*12 bytes|theta: axis 0 steps by 60"),
    ("theta of no axes", dict(theta=np.array(1.0), omega=1.0), hotloop.ShapeError, r"theta: shape is \(\), expected 1, 2 or 3 axes"),
    ("theta of four axes", dict(theta=np.zeros((2, 2, 2, 2)), omega=1.0), hotloop.ShapeError, "theta: shape .* axes"),
    ("NaN in theta", dict(theta=changed(THETA, (2, 3), NAN)), hotloop.NonFiniteError, r"theta: element \[2, 3\].*'propagate'"),
    ("infinity in theta", dict(theta=changed(THETA, (0, 4), -INF)), hotloop.NonFiniteError, r"theta: element \[0, 4\]"),
    ("theta beyond 2^49", dict(theta=changed(THETA, (1, 1), 2.0**49 + 1)), hotloop.ArgumentError, r"theta: element \[1, 1\].*2 pi"),
    ("float32 omega", dict(omega=ONES.astype(np.float32)), TypeError, "omega: dtype is float32, but theta's is float64; pass omega.astype"),
    ("float64 omega of float32 theta", dict(theta=THETA.astype(np.float32)), TypeError, "omega: dtype is float64, but theta's is float32"),
    ("integer omega", dict(omega=ONES.astype(int)), TypeError, "omega: .*int64"),
    ("list omega", dict(omega=[1.0] * 5), TypeError, "omega: .*list"),
    ("omega as True", dict(omega=True), TypeError, "omega: .*bool"),
    ("omega as text", dict(omega="1"), TypeError, "omega: .*str"),
    ("no omega", dict(omega=None), TypeError, "omega: is None"),
    ("one row of omega", dict(omega=np.ones(5)), hotloop.ShapeError, r"omega: shape is \(5,\), expected \(4, 5\) = the shape of theta"),
    ("transposed omega", dict(omega=ONES.T), hotloop.ShapeError, "omega: shape"),
    ("NaN omega", dict(omega=NAN), hotloop.NonFiniteError, "omega: "),
    ("NaN in omega", dict(omega=changed(ONES, (3, 0), NAN)), hotloop.NonFiniteError, r"omega: element \[3, 0\]"),
    ("omega too large for float32", dict(theta=THETA.astype(np.float32), omega=1e39), hotloop.NonFiniteError, "omega: "),
    ("float32 coupling", dict(coupling=ONES.astype(np.float32)), TypeError, "coupling: .*float32"),
    ("coupling of another shape", dict(coupling=np.ones((4, 6))), hotloop.ShapeError, "coupling: shape"),
    ("infinite coupling", dict(coupling=INF), hotloop.NonFiniteError, "coupling: "),
    ("complex coupling", dict(coupling=1j), TypeError, "coupling: .*complex"),
    ("unknown law", dict(law="sin"), hotloop.OptionError, "law: 'sin'.*'direct-sine'"),
    ("law as a number", dict(law=0), TypeError, "law: .*int"),
    ("NaN lag", dict(lag=NAN), hotloop.OptionError, "lag: "),
    ("infinite lag", dict(lag=INF), hotloop.OptionError, "lag: "),
    ("lag as text", dict(lag="0"), TypeError, "lag: .*str"),
    ("unknown nonfinite", dict(nonfinite="ignore"), hotloop.OptionError, "nonfinite: 'ignore'.*'propagate'"),
    ("unknown boundary", dict(boundary="open"), hotloop.OptionError, r"boundary\[0\]: 'open'.*'zero-flux'"),
    ("boundary as an array", dict(boundary=np.array(["periodic", "periodic"])), TypeError, "boundary: .*ndarray"),
    ("boundary as a number", dict(boundary=1), TypeError, "boundary: .*int"),
    ("one entry of the boundary a number", dict(boundary=("periodic", 1)), TypeError, r"boundary\[1\]: .*int"),
    ("boundary of three axes", dict(boundary=("periodic",) * 3), hotloop.OptionError, "boundary: has 3 entries.*2 axes"),
    ("halo boundary without its phases", dict(boundary=("halo", "periodic")), hotloop.OptionError, r"halo: boundary\[0\].*halo={0"),
    ("phases of an axis without halo", dict(halo=HALO), hotloop.OptionError, r"halo: .*boundary\[0\] is 'zero-flux'"),
    ("halo of an axis that is not there", dict(boundary="halo", halo={2: (0.0, 0.0)}), hotloop.OptionError, "halo: 2 is no axis"),
    ("halo as an array", dict(boundary="halo", halo=np.zeros(5)), TypeError, "halo: .*ndarray"),
    ("halo of one side", dict(boundary=("halo", "periodic"), halo={0: np.zeros(5)}), TypeError, r"halo\[0\]: .*pair.*\(5,\)"),
    ("halo of another length", halo(np.zeros(4)), hotloop.ShapeError, r"halo_below\[0\]: shape is \(4,\), expected \(5,\) = the lattice without axis 0"),
    ("halo of the lattice's rank", halo(0.0, np.zeros((1, 5))), hotloop.ShapeError, r"halo_above\[0\]: shape"),
    ("float32 halo", halo(np.zeros(5, np.float32)), TypeError, r"halo_below\[0\]: dtype is float32"),
    ("NaN in a halo", halo(0.0, np.array([0.0, 0.0, NAN, 0.0, 0.0])), hotloop.NonFiniteError, r"halo_above\[0\]: element \[2\].*repair"),
    ("halo beyond 2^49", halo(1e16), hotloop.ArgumentError, r"halo_below\[0\]: element \[0\].*2 pi"),
]  # fmt: skip

# What rhs would read from, if only it were plain; integrate has one answer to all that is no array.
ANY_BUFFER = ("list theta", "no theta", "number theta", "masked theta", "subclass theta")

RHS = [
    ("out of another shape", dict(out=np.full((5, 4), MARK)), hotloop.ShapeError, "out: shape"),
    ("float32 out", dict(out=np.full(SHAPE, MARK, np.float32)), TypeError, "out: .*float32"),
    ("out as a list", dict(out=[0.0]), TypeError, "out: .*list"),
    ("read-only out", dict(out=read_only(np.full(SHAPE, MARK))), hotloop.ArgumentError, "out: .*read-only"),
    ("broadcast out", dict(out=np.lib.stride_tricks.as_strided(np.full(5, MARK), SHAPE, (0, 8))), hotloop.StrideError, r"out: stride 0 on axis 0 of extent 4"),
    ("out that is theta", dict(out=THETA), hotloop.AliasError, "out"),
    ("out that shares elements with omega", dict(omega=ONES[::-1], out=ONES), hotloop.AliasError, "out.*omega|omega.*out"),
    ("out that shares an element with a halo", dict(out=ONES, **halo(ONES[1])), hotloop.AliasError, "halo_below"),
    ("accumulating into nothing", dict(out=None, accumulate=True), hotloop.ArgumentError, "out: .*accumulate"),
    ("accumulate as a number", dict(accumulate=1), TypeError, "accumulate: .*1"),
]  # fmt: skip

INTEGRATE = [
    ("read-only theta", dict(theta=read_only(THETA.copy())), hotloop.ArgumentError, "theta: .*read-only"),
    ("broadcast theta", dict(theta=np.broadcast_to(THETA[0], SHAPE)), hotloop.ArgumentError, "theta: .*read-only"),
    ("theta that is omega", dict(omega=THETA), hotloop.AliasError, "theta"),
    ("theta with a halo of its own", halo(THETA[1]), hotloop.AliasError, "theta"),
    *((name, dict(theta=theta), TypeError, f"theta: expected a NumPy array.*in place, got {kind}") for name, theta, kind in [
        ("theta as a memoryview", memoryview(THETA), "memoryview"), ("theta as a list", THETA.tolist(), "list"),
        ("no theta", None, "NoneType"), ("subclass theta", THETA.view(Subclass), "Subclass"),
    ]),
    ("dt of zero", dict(dt=0.0), hotloop.ArgumentError, "dt: is 0"),
    ("negative dt", dict(dt=-0.1), hotloop.ArgumentError, "dt: is -0.1"),
    ("NaN dt", dict(dt=NAN), hotloop.ArgumentError, "dt: NaN"),
    ("infinite dt", dict(dt=INF), hotloop.ArgumentError, "dt: is inf"),
    ("dt as text", dict(dt="0.1"), TypeError, "dt: .*str"),
    ("negative steps", dict(steps=-1), hotloop.ArgumentError, "steps: is -1"),
    ("steps beyond any machine", dict(steps=2**63), hotloop.ArgumentError, "steps: is 9223372036854775808"),
    ("steps as a float", dict(steps=10.0), TypeError, "steps: .*integer.*float"),
    ("steps as True", dict(steps=True), TypeError, "steps: .*bool"),
    ("unknown method", dict(method="rk45"), hotloop.OptionError, "method: 'rk45'.*'rk4'"),
    ("records every 0", dict(record_every=0), hotloop.ArgumentError, "record_every: is 0"),
    ("records every 1.5", dict(record_every=1.5), TypeError, "record_every: .*float"),
    ("frames without record_every", dict(record_every=None, frames=np.zeros((5, 4, 5))), hotloop.ArgumentError, "frames: .*record_every"),
    ("too few frames", dict(frames=np.full((4, 4, 5), MARK)), hotloop.ShapeError, r"frames: shape is \(4, 4, 5\), expected \(5, 4, 5\)"),
    ("float32 frames", dict(frames=np.zeros((5, 4, 5), np.float32)), TypeError, "frames: .*float32"),
    ("frames as text", dict(frames="all"), TypeError, "frames: .*str"),
    ("frames that share memory with omega", dict(omega=CUBE[2], frames=CUBE), hotloop.AliasError, "frames"),
    ("order of one array", dict(order=(np.zeros(5),)), hotloop.ArgumentError, "order: .*pair"),
    ("order of another length", dict(order=(np.zeros(5), np.zeros(4))), hotloop.ShapeError, r"order\[1\]: shape"),
    ("order twice in one array", dict(order=(ONES[0], ONES[0])), hotloop.AliasError, "order_"),
    ("order as a number", dict(order=1), TypeError, "order: .*1"),
    ("order of no cells", dict(theta=np.empty((0, 5)), omega=1.0, coupling=1.0), hotloop.ShapeError, "theta: the lattice has no oscillators"),
    ("progress as a number", dict(progress=1), TypeError, "progress: .*int"),
]  # fmt: skip

ORDER = [
    ("integer theta", THETA.astype(int), TypeError, "theta: .*int64"),
    ("list theta", THETA.tolist(), TypeError, "theta: .*list"),
    ("theta of no axes", np.array(1.0), hotloop.ShapeError, "theta: .*axes"),
    ("no cells", np.empty((3, 0)), hotloop.ShapeError, "theta: the lattice has no cells"),
    ("misaligned theta", misaligned(THETA), hotloop.AlignmentError, "theta: .*copy"),
]

LATTICE = [
    ("mixed dtypes", dict(theta=THETA.astype(np.float32)), TypeError, "omega: "),
    ("list of lists", dict(theta=THETA.tolist()), TypeError, "list"),
    ("True", dict(theta=True), TypeError, "theta: .*bool"),
    ("four axes", dict(theta=(2, 2, 2, 2), omega=1.0), hotloop.ShapeError, "theta: .*axes"),
    ("unknown law", dict(law="sin"), hotloop.OptionError, "law: "),
    ("unknown boundary", dict(boundary="open"), hotloop.OptionError, "boundary"),
]


def snapshot(arguments):
    return [value.tobytes() for value in arguments.values() if isinstance(value, np.ndarray) and value.dtype != object]


def refused(function, arguments, exception, message):
    before = snapshot(arguments)
    with pytest.raises(exception, match=message) as caught:
        function(**arguments)
    assert not hasattr(caught.value, "integration") or not isinstance(caught.value, hotloop.HotloopError)
    assert snapshot(arguments) == before


def each(rows):
    return pytest.mark.parametrize("name, changes, exception, message", rows, ids=[row[0] for row in rows])


@each(BOTH + RHS)
def test_rhs_refuses(name, changes, exception, message):
    good = dict(theta=THETA, omega=ONES.copy(), coupling=2.0, out=np.full(SHAPE, MARK))
    if "theta" in changes:
        del good["out"]
    refused(hotloop.kuramoto.rhs, {**good, **changes}, exception, message)


@each([row for row in BOTH if row[0] not in ANY_BUFFER] + INTEGRATE)
def test_integrate_refuses(name, changes, exception, message):
    good = dict(theta=THETA.copy(), omega=ONES.copy(), coupling=2.0, dt=0.1, steps=10, record_every=2)
    if changes.get("omega") is THETA or "halo" in changes and "theta" in name:
        good["theta"] = THETA
    refused(hotloop.kuramoto.integrate, {**good, **changes}, exception, message)


@each(ORDER)
def test_order_parameter_refuses(name, changes, exception, message):
    with pytest.raises(exception, match=message):
        hotloop.kuramoto.order_parameter(changes)


@each(LATTICE)
def test_lattice_refuses(name, changes, exception, message):
    refused(hotloop.kuramoto.Lattice, {**dict(theta=THETA, omega=ONES, coupling=2.0), **changes}, exception, message)


def test_what_any_object_with_a_buffer_holds_is_read():
    expected = hotloop.kuramoto.rhs(THETA, 1.0, 2.0)
    assert np.array_equal(hotloop.kuramoto.rhs(memoryview(THETA), 1.0, 2.0), expected)
    assert hotloop.kuramoto.order_parameter(memoryview(THETA)) == hotloop.kuramoto.order_parameter(THETA)
