"""The demo's picture: absorption and CD of the published structure, with its excitons, and of the disordered ensemble."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

STRUCTURE, ENSEMBLE, INK = "#1b4f72", "#e67e22", "#333333"


def exchange(x):
    """Wavenumbers (cm-1) to wavelengths (nm) and back; matplotlib probes it at 0."""
    return 1e7 / np.maximum(np.asarray(x, float), 1.0)


def draw(path, structure, ensemble, sticks, members, site_sd):
    """`structure` and `ensemble` are [n_grid][3]: wavenumber, absorption, CD; `sticks` are those of the structure."""
    plt.rcParams.update({"font.size": 9.5, "axes.edgecolor": INK, "axes.linewidth": 0.8, "axes.titlelocation": "left"})
    figure, panels = plt.subplots(2, 1, sharex=True, figsize=(7.2, 6.0), height_ratios=(1.15, 1.0), layout="constrained")
    both_strengths = (sticks.dipole_strengths, sticks.rotational_strengths)
    for panel, column, strengths, unit in zip(panels, (1, 2), both_strengths, (1.0, 1e3)):
        panel.axhline(0.0, color=INK, linewidth=0.6)
        panel.fill_between(ensemble[:, 0], unit * ensemble[:, column], color=ENSEMBLE, alpha=0.22, linewidth=0)
        panel.plot(ensemble[:, 0], unit * ensemble[:, column], color=ENSEMBLE, linewidth=1.6,
                   label=f"mean of {members:,} structures,\nsite energies ± {site_sd:.0f} cm$^{{-1}}$")  # fmt: skip
        panel.plot(structure[:, 0], unit * structure[:, column], color=STRUCTURE, linewidth=1.6, label="one structure")
        panel.vlines(sticks.energies, 0.0, unit * strengths, color=STRUCTURE, linewidth=1.1, alpha=0.75, label="its seven excitons")
        panel.plot(sticks.energies, unit * strengths, "o", color=STRUCTURE, markersize=3.2)
        panel.spines["right"].set_visible(False)
        panel.tick_params(direction="in", color=INK)
        panel.margins(y=0.08)
    absorption, cd = panels
    absorption.set_xlim(11850.0, 13150.0)
    absorption.set_ylim(bottom=0.0)
    absorption.set_ylabel("absorption\n(peak of one pigment = 1)")
    cd.spines["top"].set_visible(False)
    cd.set_ylabel("circular dichroism\n(same unit / 1000)")
    cd.set_xlabel("wavenumber / cm$^{-1}$")
    handles, labels = absorption.get_legend_handles_labels()
    order = [1, 2, 0]
    absorption.legend([handles[i] for i in order], [labels[i] for i in order], frameon=False, loc="upper right")
    wavelength = absorption.secondary_xaxis("top", functions=(exchange, exchange))
    wavelength.set_xticks(np.arange(760, 850, 10))
    wavelength.tick_params(direction="in", color=INK)
    wavelength.set_xlabel("wavelength / nm")
    figure.suptitle("Fenna-Matthews-Olson complex, seven bacteriochlorophylls (Brixner et al. 2005)", fontsize=10.5)
    figure.savefig(path, dpi=110)
