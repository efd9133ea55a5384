//! From potentials on a check surface to charges on the equivalent surface: a regularised inverse in two factors.
//!
//! The matrix A of potentials at check points of charges at equivalent points has singular values that fall to rounding, since high multipoles hardly reach the
//! check surface. `A = U S V^T`, and `V S^+ (U^T c)` leaves out those below `cutoff` of the largest. The two factors are applied one after the other: their product would lose
//! the digits that V S^+ cancels (D. Malhotra, G. Biros, Commun. Comput. Phys. 18, 808 (2015)).

use crate::error::{Error, Result, Status, try_collect, try_vec};
use crate::linalg::room::with_room;
use crate::simd::Aligned;
use crate::threads::openblas::SingleThreaded;

/// Singular values and vectors that are kept, columns first: `u[k * n + i]` is element i of vector k.
pub struct Decomposition {
    pub u: Vec<f64>,
    pub v: Vec<f64>,
    pub singular_values: Vec<f64>,
}

impl Decomposition {
    /// Of the matrix with these elements, row and column in turn. Nothing is kept if the largest singular value is below `smallest`: a screened
    /// kernel does not reach from surface to surface of large boxes.
    pub fn new(n: usize, element: impl Fn(usize, usize) -> f64, cutoff: f64, smallest: f64) -> Result<Self> {
        let order = n as i32;
        let mut matrix = Aligned::zeros("operators", n * n)?;
        for (place, value) in matrix.slice_mut().iter_mut().enumerate() {
            *value = element(place % n, place / n);
        }
        let (mut s, mut u) = (Aligned::zeros("operators", n)?, Aligned::zeros("operators", n * n)?);
        let mut vt = Aligned::zeros("operators", n * n)?;
        let work_len = 4 * n * n + 7 * n + 64 * n;
        let mut work = Aligned::zeros("operators", work_len)?;
        let mut integer_work = try_vec("operators", 8 * n, 0i32)?;
        let mut info = 0;
        with_room(n, || {
            let _openblas = SingleThreaded::enter();
            // SAFETY: sizes as the LAPACK documentation of dgesdd asks for jobz = A.
            unsafe {
                lapack::dgesdd(
                    b'A',
                    order,
                    order,
                    matrix.slice_mut(),
                    order,
                    s.slice_mut(),
                    u.slice_mut(),
                    order,
                    vt.slice_mut(),
                    order,
                    work.slice_mut(),
                    work_len as i32,
                    &mut integer_work,
                    &mut info,
                );
            }
        })?;
        if info != 0 {
            return Err(Error::new(Status::NotConverged, format!("order: LAPACK found no singular values of the operators ({info})")));
        }
        let largest = s.slice()[0];
        let kept = s.slice().iter().take_while(|&&value| value > cutoff * largest && largest > smallest).count();
        Ok(Self {
            u: try_collect("operators", u.slice()[..kept * n].iter().copied())?,
            v: try_collect("operators", (0..kept * n).map(|place| vt.slice()[place % n * n + place / n]))?,
            singular_values: try_collect("operators", s.slice()[..kept].iter().copied())?,
        })
    }

    pub fn kept(&self) -> usize {
        self.singular_values.len()
    }
}
