// Sticks and spectra of the published seven-pigment FMO model against ham2spec 0.6.2.
// Tolerances: energies 1e-9 cm-1, strengths 1e-10 of the largest, spectra 5e-11 of the peak (the reference is cut at 3 FWHM, where a
// Gaussian is 1.5e-11, and its own eigenvalues are good to 2e-11 cm-1), and 1e-13 of the peak where the direct sum broadens the
// reference's own sticks.
#include "check.hpp"
#include "hotloop.hpp"

using check::claim;
using check::largest;
using check::reference;
using check::within;

static void within_of_largest(const std::vector<double>& values, const std::vector<double>& expected, double tolerance,
                              const std::string& text) {
    within(values, expected, tolerance * largest(expected), text);
}

struct model {
    std::vector<double> hamiltonian = reference("hamiltonian"), dipoles = reference("dipoles"), positions = reference("positions");
    hl::view<const double, 2> h() const { return hl::row_major(hamiltonian, 7, 7); }
    hl::view<const double, 2> mu() const { return hl::row_major(dipoles, 7, 3); }
    hl::view<const double, 2> r() const { return hl::row_major(positions, 7, 3); }
};

static void compare_sticks(const std::string& prefix, const hl::exciton::options& options) {
    const model fmo;
    std::vector<double> energies(7), dipole_strengths(7), rotational_strengths(7), exciton_dipoles(21), eigenvectors(49);
    hl::exciton::single_stick_outputs outputs;
    outputs.energies = energies;
    outputs.dipole_strengths = dipole_strengths;
    outputs.rotational_strengths = rotational_strengths;
    outputs.exciton_dipoles = hl::row_major(exciton_dipoles, 7, 3);
    outputs.eigenvectors = hl::row_major(eigenvectors, 7, 7);
    hl::exciton::sticks(fmo.h(), fmo.mu(), fmo.r(), outputs, options);

    const std::size_t n = reference(prefix + "energies").size();
    for (std::size_t k = n; k < 7; ++k) {
        bool zero = energies[k] == 0 && dipole_strengths[k] == 0 && rotational_strengths[k] == 0;
        for (std::size_t site = 0; site < 7; ++site) zero = zero && eigenvectors[site * 7 + k] == 0;
        claim(zero, prefix + "sticks: the slot of a deleted pigment is 0");
    }
    for (std::vector<double>* levels : {&energies, &dipole_strengths, &rotational_strengths}) levels->resize(n);
    within(energies, reference(prefix + "energies"), 1e-9, prefix + "energies");
    within_of_largest(dipole_strengths, reference(prefix + "dipole_strengths"), 1e-10, prefix + "dipole_strengths");
    within_of_largest(rotational_strengths, reference(prefix + "rotational_strengths"), 1e-10, prefix + "rotational_strengths");
    if (!prefix.empty()) return;

    std::vector<double> expected_vectors = reference("eigenvectors"), expected_dipoles = reference("exciton_dipoles");
    for (std::size_t k = 0; k < 7; ++k) {  // the sign of an eigenvector is free
        double overlap = 0;
        for (std::size_t site = 0; site < 7; ++site) overlap += expected_vectors[site * 7 + k] * eigenvectors[site * 7 + k];
        if (overlap > 0) continue;
        for (std::size_t site = 0; site < 7; ++site) expected_vectors[site * 7 + k] *= -1;
        for (std::size_t xyz = 0; xyz < 3; ++xyz) expected_dipoles[k * 3 + xyz] *= -1;
    }
    within(eigenvectors, expected_vectors, 1e-10, "eigenvectors [site][exciton]");
    within(exciton_dipoles, expected_dipoles, 1e-10, "exciton_dipoles [exciton][xyz]");
}

static void compare_sixteen_sites() {
    const std::vector<double> hamiltonian = reference("site16_ham"), dipoles = reference("site16_mus"), positions = reference("site16_rs");
    std::vector<double> energies(16), dipole_strengths(16), rotational_strengths(16);
    hl::exciton::single_stick_outputs outputs;
    outputs.energies = energies;
    outputs.dipole_strengths = dipole_strengths;
    outputs.rotational_strengths = rotational_strengths;
    hl::exciton::sticks(hl::row_major(hamiltonian, 16, 16), hl::row_major(dipoles, 16, 3), hl::row_major(positions, 16, 3), outputs);
    within(energies, reference("site16_energies"), 1e-9, "16 sites: energies");
    within_of_largest(dipole_strengths, reference("site16_dipole_strengths"), 1e-10, "16 sites: dipole_strengths");
    within_of_largest(rotational_strengths, reference("site16_rotational_strengths"), 1e-10, "16 sites: rotational_strengths");
}

static void compare_spectrum(const std::string& name, double x_from, double x_step, const std::string& sticks_prefix,
                             hl::exciton::options options) {
    const model fmo;
    const std::vector<double> expected_absorption = reference(name + "_absorption"), expected_cd = reference(name + "_cd");
    std::vector<double> grid, absorption(expected_cd.size()), cd(expected_cd.size());
    for (std::size_t i = 0; i < expected_cd.size(); ++i) grid.push_back(x_from + static_cast<double>(i) * x_step);
    hl::exciton::spectrum(fmo.h(), fmo.mu(), fmo.r(), grid, absorption, cd, options);
    within_of_largest(absorption, expected_absorption, 5e-11, name + ": absorption");
    within_of_largest(cd, expected_cd, 5e-11, name + ": cd");

    const std::vector<double> energies = reference(sticks_prefix + "energies"),
                              dipole_strengths = reference(sticks_prefix + "dipole_strengths"),
                              rotational_strengths = reference(sticks_prefix + "rotational_strengths");
    options.broadening(hl::exciton::broadening::direct).deleted({});
    hl::exciton::broaden(energies, dipole_strengths, rotational_strengths, grid, absorption, cd, options);
    within_of_largest(absorption, expected_absorption, 1e-13, name + ": absorption, direct sum of the reference's sticks");
    within_of_largest(cd, expected_cd, 1e-13, name + ": cd, direct sum of the reference's sticks");
}

int main() {
    return check::run("test_reference", [] {
        using hl::exciton::options;
        const std::vector<std::uint8_t> third = {0, 0, 1, 0, 0, 0, 0};
        compare_sticks("", options());
        compare_sticks("normalised_", options().normalize_dipoles(true));
        compare_sticks("delete3_", options().deleted(third));
        compare_sixteen_sites();

        compare_spectrum("default", 11790, 1, "", options());
        compare_spectrum("bw20_cut1", 11790, 1, "", options().fwhm(20).cutoff(1));
        compare_spectrum("cut0p5", 11790, 1, "", options().cutoff(0.5));
        compare_spectrum("nocut", 11790, 1, "", options().cutoff(INFINITY));
        compare_spectrum("step7p7_bw250", 11790, 7.7, "", options().fwhm(250));
        compare_spectrum("window_clip", 12300, 1, "", options());
        compare_spectrum("window_empty_bands", 20000, 1, "", options());
        compare_spectrum("bw0p4_narrow", 11790, 1, "", options().fwhm(0.4));
        compare_spectrum("delete3", 11790, 1, "delete3_", options().deleted(third));
        const std::vector<double> fwhm = reference("het_fwhm"), fwhm_cd = reference("het_fwhm_cd");
        compare_spectrum("het", 11790, 1, "", options().fwhm_per_exciton(fwhm, fwhm_cd));
    });
}
