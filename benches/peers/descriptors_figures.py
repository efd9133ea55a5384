"""The pictures of the descriptors' benchmark, from the rows that were measured."""
import report

MARKS = {"hotloop": "o-", "AniSOAP": "s--", "featomic": "^--", "dscribe": "v--"}


def draw(rows):
    """`rows`: mappings with subject, system, max_angular, max_radial, species, threads, us_per_pair, wall_ms."""
    try:
        import matplotlib
    except ImportError:
        print("  no pictures: matplotlib is not here")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    one = [row for row in rows if row["threads"] == 1]
    spectra = [row for row in one if "power spectrum" in row["subject"] and "half" not in row["subject"]]
    systems = list(dict.fromkeys(row["system"] for row in one))
    settings = list(dict.fromkeys((row["max_angular"], row["max_radial"]) for row in one))
    names = [report.setting(*s) for s in settings]

    def by_system(axes):
        for axis, setting in zip(axes, settings):
            here = [row for row in spectra if (row["max_angular"], row["max_radial"]) == setting and row["species"] == 1]
            subjects = list(dict.fromkeys(row["subject"] for row in here))
            for k, subject in enumerate(subjects):
                found = {row["system"]: row["wall_ms_per_frame"] for row in here if row["subject"] == subject}
                axis.bar([systems.index(s) + 0.8 * (k + 0.5) / len(subjects) - 0.4 for s in found], list(found.values()), 0.8 / len(subjects), label=subject)
            axis.set(title=f"{report.setting(*setting)}, one species", xticks=range(len(systems)), xticklabels=systems, yscale="log")
            axis.legend(fontsize=7)
        axes[0].set_ylabel("wall time of a frame, ms")

    def by_species(axes):
        for axis, setting in zip(axes, settings):
            here = [row for row in spectra if (row["max_angular"], row["max_radial"]) == setting and row["system"] == "benzene"]
            for subject in dict.fromkeys(row["subject"] for row in here):
                found = sorted((row["species"], row["us_per_pair"]) for row in here if row["subject"] == subject)
                axis.plot(*zip(*found), MARKS[subject.split()[0]], label=subject)
            axis.set(title=f"{report.setting(*setting)}, benzene-like", xlabel="species", xticks=[1, 2, 3, 4], yscale="log")
            axis.legend(fontsize=7)
        axes[0].set_ylabel("µs a pair")

    def by_setting(axes):
        for axis, species in zip(axes, (1, 2, 4)):
            here = [row for row in one if row["species"] == species and row["system"] == "benzene"]
            for subject in dict.fromkeys(row["subject"] for row in here):
                found = {(row["max_angular"], row["max_radial"]): row["us_per_pair"] for row in here if row["subject"] == subject}
                axis.plot([names[settings.index(s)] for s in settings if s in found], [found[s] for s in settings if s in found],
                          MARKS[subject.split()[0]], label=subject)
            axis.set(title=f"benzene-like, {species} species", xlabel="(max_angular, max_radial)", yscale="log")
            axis.legend(fontsize=7)
        axes[0].set_ylabel("µs a pair")

    for name, body in (("systems", by_system), ("species", by_species), ("settings", by_setting)):
        figure, axes = pyplot.subplots(1, 3, figsize=(15.0, 4.6))
        body(axes)
        for axis in axes:
            axis.grid(True, which="major", alpha=0.3)
        figure.tight_layout()
        path = report.RESULTS / f"anisoap_{name}.png"
        figure.savefig(path, dpi=120)
        pyplot.close(figure)
        print(f"  drawn: {path.relative_to(report.RESULTS.parent.parent.parent)}")
