//! Translations of one level as matrices, one for each class of vectors that symmetries of the cube turn into each other.
//!
//! If a symmetry R takes the vector s to t, then K_t[R i][R j] = K_s[i][j], where R i is the point to which R takes point i of the surface: a kernel that depends
//! on distance alone knows no direction. So charges are read at turned places, multiplied by the matrix of the class, and potentials are added at turned
//! places. All 48 symmetries leave 16 classes of whole matrices. Compressed ones have 56, for the eight mirrorings alone: in a basis of vectors that are even or odd in each
//! axis a mirroring is a change of signs.

use super::lattice::VECTORS;
use crate::error::{Result, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::Packed;
use crate::fmm::rows::{BLOCK, Rows};
use crate::fmm::surface::{INNER, Surface};
use crate::simd::Real;

/// A symmetry as it acts on the numbers of an expansion.
pub enum Turn<T> {
    /// Number i is at `places[i]`.
    Places(Vec<u32>),
    /// Number i is multiplied by `signs[i]`; as many as the padded length.
    Signs(Vec<T>),
}

pub struct Matrices<T: Real> {
    /// Numbers of an expansion that are translated, and what they are padded to.
    pub len: usize,
    pub padded: usize,
    /// From charges to the shared basis [padded][n], and from it to check potentials [n][padded]. None: charges and potentials themselves are translated.
    pub basis: Option<[Packed<T>; 2]>,
    /// For each class one matrix, or two factors that are applied one after the other.
    pub classes: Vec<Vec<Rows<T>>>,
    pub turns: Vec<Turn<T>>,
    /// For each vector (as `vector_of` numbers them): its class and turn; None where boxes touch.
    pub vectors: Vec<Option<(u8, u8)>>,
}

/// The vector t of a number, and back.
pub fn vector_of(number: usize) -> [i32; 3] {
    [number / 49, number / 7 % 7, number % 7].map(|place| place as i32 - 3)
}

impl<T: Real> Matrices<T> {
    /// Whole matrices.
    pub fn dense(kernel: impl GreenFunction, surface: &Surface, half_side: f64) -> Result<Self> {
        let n = surface.len();
        let mut vectors = try_vec("operators", VECTORS, None)?;
        let (mut classes, mut sorted_ones) = (Vec::new(), Vec::<[i32; 3]>::new());
        for (number, own) in vectors.iter_mut().enumerate() {
            let t = vector_of(number);
            if t.iter().all(|t| t.abs() < 2) {
                continue;
            }
            let (turn, sorted) = turn_to_sorted(t);
            let class = match sorted_ones.iter().position(|other| *other == sorted) {
                Some(class) => class,
                None => {
                    sorted_ones.push(sorted);
                    classes.push(vec![Rows::new(n, n, |i, j| value(kernel, surface, half_side, sorted, i, j))?]);
                    classes.len() - 1
                }
            };
            *own = Some((class as u8, turn as u8));
        }
        let turns = (0..48).map(|turn| Ok(Turn::Places(turned_places(surface, turn)?))).collect::<Result<Vec<_>>>()?;
        Ok(Self { len: n, padded: n.next_multiple_of(BLOCK), basis: None, classes, turns, vectors })
    }

    pub fn bytes(&self) -> usize {
        let factors: usize = self.classes.iter().flatten().map(|matrix| matrix.elements().len()).sum();
        let turns: usize = self.turns.iter().map(|turn| match turn {
            Turn::Places(places) => places.len() * size_of::<u32>(),
            Turn::Signs(signs) => signs.len() * size_of::<T>(),
        }).sum();
        factors * size_of::<T>() + self.basis.iter().flatten().map(Packed::bytes).sum::<usize>() + turns + self.vectors.len() * 3
    }
}

/// 4 pi times the potential at check point i of a unit charge at point j of the box from which `t` leads.
pub fn value(kernel: impl GreenFunction, surface: &Surface, half_side: f64, t: [i32; 3], i: usize, j: usize) -> f64 {
    // Differences of grid places are whole numbers: turned points have the same distances to the last bit.
    let spacing = 2.0 * INNER * half_side / (surface.order - 1) as f64;
    let (a, b) = (surface.places[i], surface.places[j]);
    let mut squares: [f64; 3] = std::array::from_fn(|axis| {
        let along = 2.0 * half_side * f64::from(t[axis]) + spacing * (a[axis] as f64 - b[axis] as f64);
        along * along
    });
    squares.sort_unstable_by(f64::total_cmp);
    kernel.value(squares[0] + squares[1] + squares[2])
}

/// Orders of axes.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// The turn, 8 * order + mirrored axes, that takes the sorted vector of magnitudes to `t`, and that vector. Axis `order[k]` of t is axis k of the
/// sorted one, with the other sign if it is mirrored.
fn turn_to_sorted(t: [i32; 3]) -> (usize, [i32; 3]) {
    let order = ORDERS.iter().position(|order| {
        let [a, b, c] = order.map(|axis| t[axis].abs());
        a >= b && b >= c
    });
    let order = order.expect("some order sorts three numbers");
    let mirrored = (0..3).filter(|&axis| t[axis] < 0).map(|axis| 1 << axis).sum::<usize>();
    (8 * order + mirrored, ORDERS[order].map(|axis| t[axis].abs()))
}

/// Where a turn takes each point of a surface.
fn turned_places(surface: &Surface, turn: usize) -> Result<Vec<u32>> {
    let (order, mirrored) = (ORDERS[turn / 8], turn % 8);
    let last = surface.order - 1;
    let mut numbers = try_vec("operators", surface.order.pow(3), 0u32)?;
    let at = |place: [usize; 3]| (place[0] * surface.order + place[1]) * surface.order + place[2];
    for (number, &place) in surface.places.iter().enumerate() {
        numbers[at(place)] = number as u32;
    }
    let mut turned = try_vec("operators", surface.len(), 0u32)?;
    for (own, place) in turned.iter_mut().zip(&surface.places) {
        let mut to = [0; 3];
        for k in 0..3 {
            let axis = order[k];
            to[axis] = if mirrored >> axis & 1 == 1 { last - place[k] } else { place[k] };
        }
        *own = numbers[at(to)];
    }
    Ok(turned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fmm::kernel::Laplace;

    #[test]
    fn a_turned_matrix_is_that_of_the_vector() {
        let surface = Surface::new(4).unwrap();
        let matrices = Matrices::<f64>::dense(Laplace, &surface, 0.7).unwrap();
        assert_eq!((matrices.classes.len(), matrices.vectors.iter().flatten().count()), (16, 316));
        for (number, own) in matrices.vectors.iter().enumerate() {
            let Some((class, turn)) = *own else { continue };
            let (t, matrix) = (vector_of(number), &matrices.classes[class as usize][0]);
            let Turn::Places(places) = &matrices.turns[turn as usize] else { panic!("a permutation") };
            for i in 0..surface.len() {
                for j in 0..surface.len() {
                    let stored = matrix.elements()[(i / BLOCK * matrix.columns() + j) * BLOCK + i % BLOCK];
                    let (row, column) = (places[i] as usize, places[j] as usize);
                    assert!((stored / value(Laplace, &surface, 0.7, t, row, column) - 1.0).abs() < 1e-14);
                }
            }
        }
    }
}
