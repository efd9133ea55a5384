//! Networks: any graph, given by the rows of a sparse matrix.

use super::super::guard::{self, hl_status, refuse};
use super::given::Given;
use super::integration::{Integration, Outputs, Steps, counting};
use super::lattice::check_arrays;
use super::options::hl_kuramoto_options;
use super::shape::{Input, Output, Shape};
use crate::array::{Footprint, View, ViewMut, disjoint, extent};
use crate::error::{Result, Status};
use crate::kuramoto::{self, Graph, Index, Network, check};
use crate::simd::Real;
use std::ffi::c_void;

/// The right-hand side of Kuramoto oscillators on a network.
///
/// dtheta_i = omega_i + K_i sum_e w_e sin(theta_j(e) - theta_i - lag), e the edges of row i of a sparse matrix in compressed
/// rows (CSR, indices from 0): edges row_start[i] to row_start[i + 1] - 1, each to node neighbours[e] with weight w_e. An edge
/// pulls the node of its row alone; for a mutual pull there are two. Edges from a node to itself, and several between two
/// nodes, are allowed. Every row is added in the order of its edges.
///
/// @param n_nodes     oscillators, the rows of the matrix
/// @param n_edges     its entries
/// @param row_start   [n_nodes + 1] integers of index_bits bits, ascending from 0 to n_edges
/// @param neighbours  [n_edges] integers of index_bits bits, from 0 to n_nodes - 1
/// @param weights     [n_edges] w, or NULL for 1; stride 0 for one value
/// @param theta       [n_nodes] phases, radians, not wrapped; up to 2^49 in magnitude (2^20 in f32), where they have no digits left
/// @param omega       [n_nodes] natural frequencies; stride 0 for one value
/// @param coupling    [n_nodes] K of each oscillator; stride 0 for one value
/// @param dtheta      [n_nodes] out
/// @param index_bits  32 (int32_t) or 64 (int64_t)
/// @param options     NULL for defaults. Used: law, lag, accumulate, nonfinite; boundaries and halos are not looked at
///
/// `dtheta` shares no element with an input. Strides of the index arrays count integers. Errors: array errors; HL_ERR_ARGUMENT
/// (an index out of range, a phase too large, a weight beyond 1e154, in f32 1e19) and HL_ERR_NONFINITE name the element; HL_ERR_OPTION.
/// With a status from 1 to 99 nothing was written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_network_rhs(
    n_nodes: isize,
    n_edges: isize,
    row_start: *const c_void,
    row_start_strides: *const isize,
    neighbours: *const c_void,
    neighbours_strides: *const isize,
    weights: *const f64,
    weights_strides: *const isize,
    theta: *const f64,
    theta_strides: *const isize,
    omega: *const f64,
    omega_strides: *const isize,
    coupling: *const f64,
    coupling_strides: *const isize,
    dtheta: *mut f64,
    dtheta_strides: *const isize,
    index_bits: i32,
    options: *const hl_kuramoto_options,
) -> hl_status {
    let indices = [(row_start, row_start_strides), (neighbours, neighbours_strides)];
    let edges = Edges { n_edges, index_bits, indices, weights: (weights, weights_strides) };
    guard::status("hl_kuramoto_network_rhs", || {
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe {
            let inputs = [(theta, theta_strides), (omega, omega_strides), (coupling, coupling_strides)];
            rhs(n_nodes, edges, inputs, (dtheta, dtheta_strides), options)
        }
    })
}

/// hl_kuramoto_network_rhs in single precision.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_network_rhs_f32(
    n_nodes: isize,
    n_edges: isize,
    row_start: *const c_void,
    row_start_strides: *const isize,
    neighbours: *const c_void,
    neighbours_strides: *const isize,
    weights: *const f32,
    weights_strides: *const isize,
    theta: *const f32,
    theta_strides: *const isize,
    omega: *const f32,
    omega_strides: *const isize,
    coupling: *const f32,
    coupling_strides: *const isize,
    dtheta: *mut f32,
    dtheta_strides: *const isize,
    index_bits: i32,
    options: *const hl_kuramoto_options,
) -> hl_status {
    let indices = [(row_start, row_start_strides), (neighbours, neighbours_strides)];
    let edges = Edges { n_edges, index_bits, indices, weights: (weights, weights_strides) };
    guard::status("hl_kuramoto_network_rhs_f32", || {
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe {
            let inputs = [(theta, theta_strides), (omega, omega_strides), (coupling, coupling_strides)];
            rhs(n_nodes, edges, inputs, (dtheta, dtheta_strides), options)
        }
    })
}

/// Integrates Kuramoto oscillators on a network in place.
///
/// The right-hand side is hl_kuramoto_network_rhs'; all else is as in hl_kuramoto_integrate. The graph is looked at once, when
/// the call begins, and may not be changed before it returns.
///
/// @param n_nodes       oscillators, the rows of the matrix
/// @param n_edges       its entries
/// @param n_steps       steps to make, 0 or more
/// @param record_every  steps between records; 0 records nothing
/// @param n_frames      records: n_steps / record_every, rounded down, or 0
/// @param row_start     [n_nodes + 1] integers of index_bits bits, ascending from 0 to n_edges
/// @param neighbours    [n_edges] integers of index_bits bits, from 0 to n_nodes - 1
/// @param weights       [n_edges] w, or NULL for 1; stride 0 for one value
/// @param omega         [n_nodes]; stride 0 for one value
/// @param coupling      [n_nodes]; stride 0 for one value
/// @param theta         [n_nodes] in and out
/// @param frames        [n_frames][n_nodes] phases after steps record_every, 2 record_every, ..., or NULL
/// @param order_r       [n_frames] |mean of exp(i theta)| then, or NULL
/// @param order_psi     [n_frames] its argument, or NULL
/// @param dt            length of a step, positive
/// @param index_bits    32 (int32_t) or 64 (int64_t)
/// @param steps_done    NULL, or where the number of steps made is written, whatever the status; 0 for a status from 1 to 99
/// @param options       NULL for defaults; accumulate, boundaries and halos are not used
///
/// Aliasing, errors and what is left after one: as for hl_kuramoto_integrate; HL_ERR_ARGUMENT also for an index out of range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_network_integrate(
    n_nodes: isize,
    n_edges: isize,
    n_steps: isize,
    record_every: isize,
    n_frames: isize,
    row_start: *const c_void,
    row_start_strides: *const isize,
    neighbours: *const c_void,
    neighbours_strides: *const isize,
    weights: *const f64,
    weights_strides: *const isize,
    omega: *const f64,
    omega_strides: *const isize,
    coupling: *const f64,
    coupling_strides: *const isize,
    theta: *mut f64,
    theta_strides: *const isize,
    frames: *mut f64,
    frames_strides: *const isize,
    order_r: *mut f64,
    order_r_strides: *const isize,
    order_psi: *mut f64,
    order_psi_strides: *const isize,
    dt: f64,
    index_bits: i32,
    steps_done: *mut isize,
    options: *const hl_kuramoto_options,
) -> hl_status {
    let steps = Steps { n_steps, record_every, n_frames, dt };
    let indices = [(row_start, row_start_strides), (neighbours, neighbours_strides)];
    let edges = Edges { n_edges, index_bits, indices, weights: (weights, weights_strides) };
    // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
    counting("hl_kuramoto_network_integrate", steps_done, |done| unsafe {
        let inputs = [(omega, omega_strides), (coupling, coupling_strides)];
        let orders = [(order_r, order_r_strides), (order_psi, order_psi_strides)];
        let outputs = Outputs { theta: (theta, theta_strides), frames: (frames, frames_strides), orders };
        integrate(n_nodes, edges, steps, inputs, outputs, options, done)
    })
}

/// hl_kuramoto_network_integrate in single precision (dt stays double).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_network_integrate_f32(
    n_nodes: isize,
    n_edges: isize,
    n_steps: isize,
    record_every: isize,
    n_frames: isize,
    row_start: *const c_void,
    row_start_strides: *const isize,
    neighbours: *const c_void,
    neighbours_strides: *const isize,
    weights: *const f32,
    weights_strides: *const isize,
    omega: *const f32,
    omega_strides: *const isize,
    coupling: *const f32,
    coupling_strides: *const isize,
    theta: *mut f32,
    theta_strides: *const isize,
    frames: *mut f32,
    frames_strides: *const isize,
    order_r: *mut f32,
    order_r_strides: *const isize,
    order_psi: *mut f32,
    order_psi_strides: *const isize,
    dt: f64,
    index_bits: i32,
    steps_done: *mut isize,
    options: *const hl_kuramoto_options,
) -> hl_status {
    let steps = Steps { n_steps, record_every, n_frames, dt };
    let indices = [(row_start, row_start_strides), (neighbours, neighbours_strides)];
    let edges = Edges { n_edges, index_bits, indices, weights: (weights, weights_strides) };
    // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
    counting("hl_kuramoto_network_integrate_f32", steps_done, |done| unsafe {
        let inputs = [(omega, omega_strides), (coupling, coupling_strides)];
        let orders = [(order_r, order_r_strides), (order_psi, order_psi_strides)];
        let outputs = Outputs { theta: (theta, theta_strides), frames: (frames, frames_strides), orders };
        integrate(n_nodes, edges, steps, inputs, outputs, options, done)
    })
}

/// A graph as the caller gives it: indices are row_start and neighbours.
#[derive(Clone, Copy)]
struct Edges<T> {
    n_edges: isize,
    index_bits: i32,
    indices: [Input<c_void>; 2],
    weights: Input<T>,
}

impl<T: Real> Edges<T> {
    /// # Safety
    /// The arrays are as documented.
    unsafe fn graph<'a, I: Index>(self, nodes: usize) -> Result<(Graph<'a, T, I>, Vec<Footprint>)> {
        let [row_start, neighbours] = self.indices.map(|(pointer, strides)| (pointer.cast::<I>(), strides));
        let edges = extent("n_edges", self.n_edges)?;
        let Some(rows) = nodes.checked_add(1).filter(|&rows| isize::try_from(rows).is_ok()) else {
            return refuse(Status::Shape, format!("n_nodes: is {nodes}; row_start, with one more, is larger than memory"));
        };
        // SAFETY: passed on.
        let graph = unsafe {
            Graph {
                row_start: View::new("row_start", row_start.0, [rows], row_start.1)?,
                neighbours: View::new("neighbours", neighbours.0, [edges], neighbours.1)?,
                weights: if self.weights.0.is_null() {
                    None
                } else {
                    let shape = Shape { name: "n_edges", rank: 1, extents: [1, 1, edges] };
                    Some(shape.input("weights", self.weights)?)
                },
            }
        };
        let mut footprints = vec![graph.row_start.footprint(), graph.neighbours.footprint()];
        footprints.extend(graph.weights.as_ref().map(View::footprint));
        Ok((graph, footprints))
    }
}

/// What is done with a graph, whatever its integers.
trait WithGraph<T: Real> {
    fn run<I: Index>(self, graph: Graph<'_, T, I>, footprints: Vec<Footprint>) -> Result<()>;
}

/// # Safety
/// The arrays are as documented.
unsafe fn with_graph<T: Real>(nodes: usize, edges: Edges<T>, what: impl WithGraph<T>) -> Result<()> {
    // SAFETY: passed on.
    unsafe {
        match edges.index_bits {
            32 => edges.graph::<i32>(nodes).and_then(|(graph, footprints)| what.run(graph, footprints)),
            64 => edges.graph::<i64>(nodes).and_then(|(graph, footprints)| what.run(graph, footprints)),
            other => refuse(Status::Argument, format!("index_bits: is {other}; indices have 32 or 64 bits")),
        }
    }
}

fn check_graph<T: Real, I: Index>(graph: &Graph<'_, T, I>, refuses_nonfinite: bool) -> Result<()> {
    graph.check()?;
    match &graph.weights {
        Some(weights) if refuses_nonfinite => check::weights(weights),
        _ => Ok(()),
    }
}

/// # Safety
/// The arrays are as documented.
unsafe fn rhs<T: Real>(
    n_nodes: isize,
    edges: Edges<T>,
    [theta, omega, coupling]: [Input<T>; 3],
    dtheta: Output<T>,
    options: *const hl_kuramoto_options,
) -> Result<()> {
    // SAFETY: passed on.
    unsafe {
        let shape = Shape::of_nodes("n_nodes", n_nodes)?;
        let given = Given::<T>::of_nodes(options)?;
        let theta = shape.input("theta", theta)?;
        let (omega, strength) = (shape.input("omega", omega)?, shape.input("coupling", coupling)?);
        let dtheta = shape.output("dtheta", dtheta)?;
        with_graph(shape.extents[2], edges, Slopes { given, theta, omega, strength, dtheta })
    }
}

struct Slopes<'a, T> {
    given: Given<'a, T>,
    theta: View<'a, T, 3>,
    omega: View<'a, T, 3>,
    strength: View<'a, T, 3>,
    dtheta: ViewMut<'a, T, 3>,
}

impl<T: Real> WithGraph<T> for Slopes<'_, T> {
    fn run<I: Index>(self, graph: Graph<'_, T, I>, mut footprints: Vec<Footprint>) -> Result<()> {
        let Self { given, theta, omega, strength, dtheta } = self;
        footprints.extend([theta.footprint(), omega.footprint(), strength.footprint()]);
        disjoint(&footprints, &[dtheta.footprint()])?;
        check_graph(&graph, given.refuses_nonfinite)?;
        if given.refuses_nonfinite {
            check_arrays(&theta, 1, [&omega, &strength])?;
        }
        let mut nodes = Network::new(graph, omega, strength, given.coupling)?;
        kuramoto::rhs_of_nodes(&mut nodes, &theta, dtheta, given.accumulate)
    }
}

/// # Safety
/// The arrays are as documented.
unsafe fn integrate<T: Real>(
    n_nodes: isize,
    edges: Edges<T>,
    steps: Steps,
    [omega, coupling]: [Input<T>; 2],
    outputs: Outputs<T>,
    options: *const hl_kuramoto_options,
    done: &mut usize,
) -> Result<()> {
    // SAFETY: passed on.
    unsafe {
        let shape = Shape::of_nodes("n_nodes", n_nodes)?;
        let given = Given::<T>::of_nodes(options)?;
        let (omega, strength) = (shape.input("omega", omega)?, shape.input("coupling", coupling)?);
        with_graph(shape.extents[2], edges, Walk { shape, given, omega, strength, steps, outputs, done })
    }
}

struct Walk<'a, 'd, T> {
    shape: Shape,
    given: Given<'a, T>,
    omega: View<'a, T, 3>,
    strength: View<'a, T, 3>,
    steps: Steps,
    outputs: Outputs<T>,
    done: &'d mut usize,
}

impl<T: Real> WithGraph<T> for Walk<'_, '_, T> {
    fn run<I: Index>(self, graph: Graph<'_, T, I>, footprints: Vec<Footprint>) -> Result<()> {
        let Self { shape, mut given, omega, strength, steps, outputs, done } = self;
        given.footprints.extend(footprints);
        given.footprints.extend([omega.footprint(), strength.footprint()]);
        let (law, refuses_nonfinite) = (given.coupling, given.refuses_nonfinite);
        // SAFETY: the promise of `integrate`, through which alone a Walk is made.
        let integration = unsafe { Integration::new(&shape, given, steps, outputs)? };
        check_graph(&graph, refuses_nonfinite)?;
        if refuses_nonfinite {
            check_arrays(&integration.theta.as_view(), 1, [&omega, &strength])?;
        }
        let mut nodes = Network::new(graph, omega, strength, law)?;
        integration.run(done, |theta, run, record, progress| {
            kuramoto::integrate_nodes(&mut nodes, theta, run, record, progress)
        })
    }
}
