//! Equivalent and check surfaces: the outer points of a cubic grid.
//!
//! A surface of order p has the n = 6 (p - 1)^2 + 2 points of the grid [p][p][p] on [-1, 1]^3 that lie on its faces, z fastest. Round a box of half side r
//! it is stretched by `INNER` r or `outer_of` r: sources in the box are replaced by charges on the inner surface (the upward equivalent surface) that give the same
//! potential on the outer one (the upward check surface), and far sources by charges on the outer one (downward equivalent) that give the
//! same potential on the inner one (downward check). L. Ying, G. Biros, D. Zorin, J. Comput. Phys. 196, 591 (2004).

use crate::error::{Result, try_collect, try_reserve, try_vec};

/// How far the surfaces are stretched. The inner one lies as near to the box as leaves a margin; the inner ones of all boxes of a level lie on one lattice, which the
/// transforms of translations need.
pub const INNER: f64 = 1.05;

/// The outer one, as near to what the box does not touch (from 3 on) as leaves a margin, or beyond. Fields that agree there agree nearly as well at 3, because the parts
/// that differ more are small, and the charges depend less on how the grid lies: potentials err by a fifth to a third less at 3.3 than at 2.95 (cubes, surfaces and clusters,
/// also where all sources and targets lie on the faces that look at each other). But the farther it is the less say all but the largest singular values have: beyond order
/// 10, and 5 in single precision, that costs more than it brings.
pub const OUTERS: [f64; 2] = [2.95, 3.3];

pub fn outer_of<T>(order: usize) -> f64 {
    let most = if size_of::<T>() < size_of::<f64>() { 5 } else { 10 };
    OUTERS[usize::from(order <= most)]
}

pub struct Surface {
    pub order: usize,
    /// Grid place of each point, 0 .. order along each axis.
    pub places: Vec<[usize; 3]>,
    /// For each octant: which point is the mirror image of each, in the axes whose bits are set. Child `o` of a box is the mirror image of child 0,
    /// so one operator between boxes and their children serves all eight.
    pub mirrored: [Vec<u32>; 8],
}

impl Surface {
    pub fn new(order: usize) -> Result<Self> {
        assert!((2..=u8::MAX as usize).contains(&order));
        let last = order - 1;
        let is_outer = |place: &[usize; 3]| place.iter().any(|&c| c == 0 || c == last);
        let index_of = |place: &[usize; 3]| (place[0] * order + place[1]) * order + place[2];
        let all = (0..order.pow(3)).map(|i| [i / (order * order), i / order % order, i % order]);
        let mut places = Vec::new();
        try_reserve("surface", &mut places, Self::len_of(order))?;
        // Number of each point by its place on the grid.
        let mut numbers = try_vec("surface", order.pow(3), 0)?;
        for place in all.filter(is_outer) {
            numbers[index_of(&place)] = places.len() as u32;
            places.push(place);
        }
        let mut mirrored: [Vec<u32>; 8] = Default::default();
        for (octant, mirrored) in mirrored.iter_mut().enumerate() {
            let mirror = |place: &[usize; 3]| std::array::from_fn(|axis| if octant >> axis & 1 == 1 { last - place[axis] } else { place[axis] });
            *mirrored = try_collect("surface", places.iter().map(|place| numbers[index_of(&mirror(place))]))?;
        }
        Ok(Self { order, places, mirrored })
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Coordinates on [-1, 1]^3.
    pub fn point(&self, index: usize) -> [f64; 3] {
        self.places[index].map(|c| 2.0 * c as f64 / (self.order - 1) as f64 - 1.0)
    }

    /// Numbers of points of a surface of some order.
    pub fn len_of(order: usize) -> usize {
        6 * (order - 1) * (order - 1) + 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surface_has_the_points_of_its_order_and_mirrors_them() {
        for (order, len) in [(2, 8), (3, 26), (7, 218), (12, 728)] {
            let surface = Surface::new(order).unwrap();
            assert_eq!((surface.len(), Surface::len_of(order)), (len, len));
            for octant in 0..8 {
                for (index, &other) in surface.mirrored[octant].iter().enumerate() {
                    let (a, b) = (surface.point(index), surface.point(other as usize));
                    for axis in 0..3 {
                        let mirrored = if octant >> axis & 1 == 1 { -a[axis] } else { a[axis] };
                        assert!((b[axis] - mirrored).abs() < 1e-15);
                    }
                }
            }
        }
    }
}
