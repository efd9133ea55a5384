"""Writes faddeeva.txt: Re w(x + iy), w(z) = exp(-z^2) erfc(-iz), from mpmath with 50 digits."""
import mpmath

mpmath.mp.dps = 50
rows = ["# x y Re w(x + iy), made by make_faddeeva.py with mpmath, 50 digits"]
for y in [1e-10, 1e-3, 0.05, 0.3, 1.0, 2.5, 4.0, 7.0, 12.0, 40.0]:
    for x in [0.0, 1e-4, 0.1, 0.25, 0.3837, 0.5117, 0.7, 1.0, 1.5, 1.79, 2.3, 3.07, 3.2, 4.5, 6.0, 6.9, 7.1, 9.0, 20.0, 150.0]:
        z = mpmath.mpc(x, y)
        w = mpmath.exp(-z * z) * mpmath.erfc(-1j * z)
        rows.append(f"{x!r} {y!r} {mpmath.nstr(w.real, 20)}")
print("\n".join(rows))
