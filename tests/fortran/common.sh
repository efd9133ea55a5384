# What the Fortran and the C++ runner share: where to build, how to link the library on trial, how to count. Usage:
#   source tests/fortran/common.sh LANGUAGE      from the repository's root
# Sets ROOT, WORK (an empty folder for builds) and LINK; test_command, test_program and conclude count.

LANGUAGE=$1
ROOT=$PWD
WORK=$ROOT/build/tests/$LANGUAGE
export HOTLOOP_RESULTS=${HOTLOOP_RESULTS:-$ROOT/build/results}
PASSED=0
FAILED=0

conclude() {
  echo "tests $LANGUAGE: $PASSED passed, $FAILED failed"
  [ "$FAILED" -eq 0 ]
  exit
}

fail() {
  echo "FAILED $1"
  FAILED=$((FAILED + 1))
}

# test_command CLAIM COMMAND...: one test, which holds when the command succeeds; its output is shown when it does not.
test_command() {
  local claim=$1
  shift
  if "$@" > "$WORK/output" 2>&1; then
    PASSED=$((PASSED + 1))
  else
    fail "$claim"
    cat "$WORK/output"
  fi
}

# test_program NAME COMMAND...: a program that counts for itself and ends with `...: N passed, N failed`. One that ends otherwise, or
# with another status than its counts say, is one failure more.
test_program() {
  local name=$1 status last
  shift
  "$@" > "$WORK/output" 2>&1
  status=$?
  last=$(tail -n 1 "$WORK/output")
  if [[ $last =~ ^[a-z_]+:\ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    PASSED=$((PASSED + BASH_REMATCH[1]))
    FAILED=$((FAILED + BASH_REMATCH[2]))
    echo "$name: ${BASH_REMATCH[1]} passed, ${BASH_REMATCH[2]} failed"
    grep --no-group-separator -A 1 '^FAILED' "$WORK/output" | sed "s/^FAILED/FAILED $name:/"
    [ "$status" -eq 0 ] || [ "${BASH_REMATCH[2]}" -ne 0 ] || fail "$name ends with status $status"
    [ "${BASH_REMATCH[1]}" -ne 0 ] || fail "$name has tested nothing"
  else
    fail "$name ends with status $status and without its counts"
    cat "$WORK/output"
  fi
}

# An example's file against the reference spectra (data/brixner7.f64): a .csv, whose line 1 names the columns wavenumber,absorption,cd,
# or the same columns as doubles.
spectrum_file_is_right() {
  python3 - "$1" << 'PYTHON'
import array, sys
index = {name: (int(offset), int(count)) for name, offset, count in map(str.split, open("tests/fortran/data/brixner7.txt"))}
values = array.array("d", open("tests/fortran/data/brixner7.f64", "rb").read())
if sys.argv[1].endswith(".csv"):
    lines = open(sys.argv[1]).read().splitlines()
    assert lines[0] == "wavenumber,absorption,cd", lines[0]
    table = [[float(number) for number in line.split(",")] for line in lines[1:]]
else:
    numbers = array.array("d", open(sys.argv[1], "rb").read())
    table = [numbers[i:i + 3] for i in range(0, len(numbers), 3)]
assert len(table) == 1510, f"{len(table)} points"
assert all(row[0] == 11790 + i for i, row in enumerate(table)), "the grid is another"
for column, name in ((1, "default_absorption"), (2, "default_cd")):
    offset, count = index[name]
    expected = values[offset:offset + count]
    difference = max(abs(row[column] - value) for row, value in zip(table, expected)) / max(map(abs, expected))
    # the examples' inputs have the positions with fewer digits than the reference was made with
    assert difference < 1e-6, f"{name} differs by {difference} of the peak"
PYTHON
}

# What the example programs make of the published model and of three copies of it is right. Both programs are in the folder $1.
examples_are_right() {
  "$1/fmo_spectrum" tests/data/exciton/brixner_conf.csv "$WORK/fmo_spectrum.csv" && spectrum_file_is_right "$WORK/fmo_spectrum.csv" &&
    "$1/ensemble_spectrum" tests/data/exciton/brixner_thrice.bin "$WORK/ensemble_spectrum.bin" 2 &&
    spectrum_file_is_right "$WORK/ensemble_spectrum.bin"
}

# The loader asks for the SONAME, so the library on trial gets that name in a folder of its own.
LIBRARY=${HOTLOOP_LIBRARY:-$ROOT/build/lib/libhotloop.so.0}
rm -rf "$WORK"
mkdir -p "$WORK/lib" "$HOTLOOP_RESULTS/$LANGUAGE"
if [ ! -e "$LIBRARY" ]; then
  fail "no library at $LIBRARY: run \`make build\` or set HOTLOOP_LIBRARY"
  conclude
fi
ln -s "$(realpath "$LIBRARY")" "$WORK/lib/libhotloop.so.0"
ln -s libhotloop.so.0 "$WORK/lib/libhotloop.so"
LINK="-L$WORK/lib -lhotloop -Wl,-rpath,$WORK/lib"
