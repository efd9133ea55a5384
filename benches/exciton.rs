//! The exciton kernels by themselves, on one thread, at every SIMD level that the machine has.
//!
//! A process has one level (HOTLOOP_SIMD is read once), so the program runs itself again for each; HOTLOOP_SIMD=...
//! in the environment measures that level only. Filters work as usual: `cargo bench --bench exciton -- avx2/sticks`.
//!
//! * `spectrum`      mean spectra of 1, 100, 10,000 configurations of 8 sites, dipoles and positions of their own or shared
//! * `sticks`        strengths without and with eigenvectors, by number of sites, through the public entrance
//! * `eigensolver`   lanes and LAPACK side by side where `exciton::way` changes from one to the other, per matrix
//! * `broadening`    10 to 100,000 sticks, directly and gridded

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use hotloop::array::{View, ViewMut};
use hotloop::exciton::{self, Method, Needs, Options, StickArrays, StickOutputs, System};
use hotloop::linalg::{batched::Batch, large::Large};
use hotloop::simd::{Kernel, Lanes, Level, dispatch};
use hotloop::threads::Progress;
use std::hint::black_box;
use std::process::{Command, exit};
use std::time::{Duration, Instant};

/// Disordered configurations, C-contiguous.
struct Problem {
    n_conf: usize,
    n_site: usize,
    hamiltonians: Vec<f64>,
    dipoles: Vec<f64>,
    positions: Vec<f64>,
}

impl Problem {
    /// Site energies round 12,400 cm-1, couplings that decay with the distance of site numbers.
    fn new(n_conf: usize, n_site: usize) -> Self {
        let mut random = Random(1);
        let mut hamiltonians = vec![0.0; n_conf * n_site * n_site];
        for hamiltonian in hamiltonians.chunks_exact_mut(n_site * n_site) {
            for i in 0..n_site {
                hamiltonian[i * n_site + i] = 12_400.0 + 200.0 * random.next();
                for j in 0..i {
                    let coupling = 100.0 * random.next() / (i - j) as f64;
                    hamiltonian[i * n_site + j] = coupling;
                    hamiltonian[j * n_site + i] = coupling;
                }
            }
        }
        let mut vectors = |size: f64| (0..n_conf * n_site * 3).map(|_| size * random.next()).collect();
        Self { n_conf, n_site, hamiltonians, dipoles: vectors(1.0), positions: vectors(20.0) }
    }

    /// Hamiltonian `c` less 12,400 cm-1, as the eigensolvers are given it.
    fn centred(&self, c: usize) -> Vec<f64> {
        let n = self.n_site;
        let mut matrix = self.hamiltonians[c * n * n..(c + 1) * n * n].to_vec();
        matrix.iter_mut().step_by(n + 1).for_each(|site_energy| *site_energy -= 12_400.0);
        matrix
    }

    fn system(&self, eigenvectors: bool, shares_geometry: bool) -> System<'_> {
        let (m, n) = (self.n_conf, self.n_site);
        let vectors = |name, elements: &[f64]| {
            let strides = [if shares_geometry { 0 } else { 3 * n as isize }, 3, 1];
            // SAFETY: the vector has 3 n elements for each of m configurations and lives as long as `self`.
            unsafe { View::new(name, elements.as_ptr(), [m, n, 3], strides.as_ptr()) }.expect("a vector is a valid array")
        };
        System {
            hamiltonians: View::from_slice("hamiltonians", &self.hamiltonians, [m, n, n]),
            dipoles: Some(vectors("dipoles", &self.dipoles)),
            positions: Some(vectors("positions", &self.positions)),
            kept: (0..n).collect(),
            energy_offset: 0.0,
            normalize_dipoles: false,
            axis: None,
            needs: Needs { dipoles: true, rotation: true, eigenvectors },
        }
    }
}

/// Numbers between -1 and 1: a linear congruential generator (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

fn level() -> Level {
    Level::current().expect("HOTLOOP_SIMD names a level of this machine")
}

/// fmo_analysis' default grid: 1510 points.
fn grid() -> Vec<f64> {
    (0..1510).map(|i| 11_790.0 + i as f64).collect()
}

fn spectrum(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("{}/spectrum", level().name()));
    let (grid, options) = (grid(), Options::default());
    let grid = View::from_slice("grid", &grid, [grid.len()]);
    for n_conf in [1, 100, 10_000] {
        let problem = Problem::new(n_conf, 8);
        group.throughput(Throughput::Elements(n_conf as u64));
        for (name, shares_geometry) in [("own geometry", false), ("shared geometry", true)] {
            let system = problem.system(false, shares_geometry);
            group.bench_function(BenchmarkId::new(name, n_conf), |bencher| {
                bencher.iter(|| exciton::spectrum(&system, None, &grid, &options, &mut Progress::none()).expect("it converges"));
            });
        }
    }
}

fn sticks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("{}/sticks", level().name()));
    let options = Options::default();
    for n_site in [2, 4, 8, 16, 32, 64, 96, 128, 200] {
        let problem = Problem::new(if n_site > 32 { 32 } else { 512 }, n_site);
        let (m, n) = (problem.n_conf, problem.n_site);
        group.throughput(Throughput::Elements(m as u64));
        let mut strengths = [(); 3].map(|()| vec![0.0; m * n]);
        let mut vectors = vec![0.0; m * n * n];
        for (name, with_vectors) in [("strengths", false), ("with eigenvectors", true)] {
            let system = problem.system(with_vectors, false);
            group.bench_function(BenchmarkId::new(name, n_site), |bencher| {
                bencher.iter(|| {
                    let [energies, dipole_strengths, rotational_strengths] = &mut strengths;
                    let outputs = StickOutputs {
                        energies: Some(ViewMut::from_slice("energies", energies, [m, n])),
                        dipole_strengths: Some(ViewMut::from_slice("dipole_strengths", dipole_strengths, [m, n])),
                        rotational_strengths: Some(ViewMut::from_slice("rotational_strengths", rotational_strengths, [m, n])),
                        exciton_dipoles: None,
                        eigenvectors: with_vectors.then(|| ViewMut::from_slice("eigenvectors", &mut vectors, [m, n, n])),
                    };
                    exciton::sticks(&system, &options, outputs, &mut Progress::none()).expect("it converges");
                });
            });
        }
    }
}

/// Solves a group of lanes, each with a configuration of its own; the time is per configuration.
struct SolveBatch<'a> {
    problem: &'a Problem,
    rows: &'a [f64],
    columns: usize,
    repetitions: u64,
}

impl Kernel for SolveBatch<'_> {
    type Output = Duration;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Duration {
        let n = self.problem.n_site;
        let mut batch = Batch::<V>::new(n, self.columns).expect("there is memory");
        let mut matrix = batch.matrix.clone();
        let configurations: Vec<Vec<f64>> = (0..V::WIDTH).map(|lane| self.problem.centred(lane)).collect();
        for (element, lanes) in matrix.iter_mut().enumerate() {
            let mut values = [0.0; 32];
            values.iter_mut().zip(&configurations).for_each(|(value, configuration)| *value = configuration[element]);
            *lanes = V::load(&values);
        }
        let began = Instant::now();
        for _ in 0..self.repetitions {
            batch.matrix.copy_from_slice(&matrix);
            batch.rows.iter_mut().zip(self.rows).for_each(|(lanes, &x)| *lanes = V::splat(x));
            batch.solve().expect("it converges");
            black_box(&batch.rows);
        }
        began.elapsed() / V::WIDTH as u32
    }
}

fn eigensolver(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("{}/eigensolver", level().name()));
    for n in [32, 64, 96, 128, 160] {
        let problem = Problem::new(32, n);
        let matrix = problem.centred(0);
        for (name, with_vectors) in [("strengths", false), ("with eigenvectors", true)] {
            let columns = if with_vectors { 6 + n } else { 6 };
            let mut random = Random(2);
            let rows: Vec<f64> = (0..n * columns).map(|_| random.next()).collect();
            group.bench_function(BenchmarkId::new(format!("batched {name}"), n), |bencher| {
                bencher.iter_custom(|repetitions| {
                    dispatch(level(), SolveBatch { problem: &problem, rows: &rows, columns, repetitions })
                });
            });
            // LAPACK gives the eigenvectors themselves, so only the other columns go along.
            let mut large = Large::new(n, 6, with_vectors).expect("there is memory");
            group.bench_function(BenchmarkId::new(format!("large {name}"), n), |bencher| {
                bencher.iter(|| {
                    large.matrix().copy_from_slice(&matrix);
                    large.rows().copy_from_slice(&rows[..6 * n]);
                    large.solve(level()).expect("there is memory").expect("it converges");
                });
            });
        }
    }
}

fn broadening(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("{}/broadening", level().name()));
    let points = grid();
    let grid = View::from_slice("grid", &points, [points.len()]);
    for n_stick in [10, 100, 1_000, 100_000] {
        let mut random = Random(3);
        let energies: Vec<f64> = (0..n_stick).map(|_| 12_500.0 + 400.0 * random.next()).collect();
        let strengths: Vec<f64> = (0..n_stick).map(|_| random.next()).collect();
        let array = |name, elements| View::from_slice(name, elements, [n_stick / 10, 10]);
        let arrays = StickArrays {
            energies: array("energies", &energies),
            dipole_strengths: Some(array("dipole_strengths", &strengths)),
            rotational_strengths: Some(array("rotational_strengths", &strengths)),
        };
        group.throughput(Throughput::Elements(n_stick as u64));
        for (name, method) in [("direct", Method::Direct), ("gridded", Method::Gridded)] {
            let options = Options { method, ..Options::default() };
            group.bench_function(BenchmarkId::new(name, n_stick), |bencher| {
                bencher.iter(|| exciton::broaden(&arrays, None, &grid, &options, &mut Progress::none()).expect("it is finite"));
            });
        }
    }
}

criterion_group! {
    name = exciton_benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500));
    targets = spectrum, sticks, eigensolver, broadening
}

/// Measures here if the level is settled, else in one process for each level.
fn main() {
    if std::env::var_os("HOTLOOP_SIMD").is_some_and(|level| !level.is_empty()) {
        hotloop::threads::set_process(1).expect("1 is a number of threads");
        exciton_benches();
        Criterion::default().configure_from_args().final_summary();
        return;
    }
    let program = std::env::current_exe().expect("the program knows its own path");
    for level in Level::available() {
        let status = Command::new(&program).args(std::env::args_os().skip(1)).env("HOTLOOP_SIMD", level.name()).status();
        if !status.expect("the program can run itself").success() {
            exit(1);
        }
    }
}
