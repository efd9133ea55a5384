"""A plane of oscillators that synchronise: an animation of sin(theta), and how far they agree over time.

    python kuramoto_lattice.py [cells along an edge [frames]]

Phases start at random and frequencies differ from cell to cell. Neighbours pull each other along, waves form, and spirals
turn around the points that they cannot agree on: neighbours soon have nearly the same phase, the whole only slowly.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter

import hotloop

size = int(sys.argv[1]) if len(sys.argv) > 1 else 200
n_frames = int(sys.argv[2]) if len(sys.argv) > 2 else 80
DT, STEPS_A_FRAME = 0.05, 15

omega = np.random.default_rng(1).uniform(0.0, 1.0, (size, size))
lattice = hotloop.kuramoto.Lattice((size, size), omega, coupling=3.0, seed=0)
run = lattice.integrate(DT, n_frames * STEPS_A_FRAME, method="rk4", record_every=STEPS_A_FRAME)
times = DT * STEPS_A_FRAME * np.arange(1, n_frames + 1)
print(f"{size} x {size} oscillators, t = {lattice.t:g}: r = {run.order_r[0]:.3f} at first, {run.order_r[-1]:.3f} at last")

figure, axes = plt.subplots(figsize=(3, 3), layout="tight")
image = axes.imshow(np.sin(run.frames[0]), cmap="twilight", vmin=-1.0, vmax=1.0)
axes.set_axis_off()
animation = FuncAnimation(figure, lambda frame: image.set_data(np.sin(run.frames[frame])), frames=n_frames)
animation.save("kuramoto_lattice.gif", writer=PillowWriter(fps=20), dpi=80)

figure, axes = plt.subplots(figsize=(6, 4), layout="tight")
axes.plot(times, np.cos(np.diff(run.frames, axis=1)).mean(axis=(1, 2)), label="neighbours: mean cosine of the difference")
axes.plot(times, run.order_r, label="all: order parameter r")
axes.set(xlabel="time", ylim=(0.0, 1.0))
axes.legend()
figure.savefig("kuramoto_lattice.png", dpi=150)
print("wrote kuramoto_lattice.gif, kuramoto_lattice.png")
