//! How many points the boxes of a level hold, level by level, of points that are not sorted.

use super::order::{LEVELS, codes_of};
use super::{BLOCK, Cloud, Cube, every};
use crate::error::{Result, try_collect, try_push, try_vec};
use crate::threads::{self, Progress};

/// The levels down to this one are counted together: so many boxes have their counters in the first-level cache, and few of them are empty.
const FIRST: usize = 4;

pub struct Census {
    codes: Vec<u64>,
    /// For each point, where its box stands among those of the last level in `counts`; of none while that is `FIRST`, whose boxes stand in the order of codes.
    boxes: Vec<u32>,
    /// Points of the boxes of each level. There may be empty boxes.
    counts: Vec<Vec<u32>>,
}

impl Census {
    /// Of every `step`-th point.
    pub fn of(cloud: &dyn Cloud, step: usize, cube: &Cube, progress: &mut Progress) -> Result<Self> {
        let count = cloud.len().div_ceil(step);
        let block = |first: usize, count: usize, [codes]: &mut [[u64; BLOCK]; 1]| *codes = codes_of(cloud, &every(step, first * step, count), cube);
        let mut codes = Vec::new();
        threads::append_in_blocks("sample of points", [&mut codes], count, threads::grain(count), progress, block)?;
        let mut finest = try_vec("sample of points", 1 << (3 * FIRST), 0u32)?;
        for &code in &codes {
            finest[octants_down_to(code, FIRST)] += 1;
        }
        let mut counts = Vec::new();
        try_push("sample of points", &mut counts, finest)?;
        for _ in 0..FIRST {
            let octets = counts[0].as_chunks::<8>().0;
            let coarser = try_collect("sample of points", octets.iter().map(|octet| octet.iter().sum()))?;
            try_push("sample of points", &mut counts, coarser)?;
            counts.rotate_right(1);
        }
        Ok(Self { codes, boxes: Vec::new(), counts })
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// How many boxes of a level hold points.
    pub fn occupied(&mut self, level: usize) -> Result<usize> {
        assert!(level <= LEVELS);
        while self.counts.len() <= level {
            self.refine()?;
        }
        Ok(self.counts[level].iter().filter(|&&points| points > 0).count())
    }

    /// The sum of the squares of how many points each box of a level holds, for which `occupied` was asked.
    pub fn squares(&self, level: usize) -> f64 {
        self.counts[level].iter().map(|&points| f64::from(points).powi(2)).sum()
    }

    /// Counts the next level, of which only boxes that hold points are kept: there may be any number of others.
    fn refine(&mut self) -> Result<()> {
        let level = self.counts.len();
        if level == FIRST + 1 {
            self.boxes = try_collect("sample of points", self.codes.iter().map(|&code| octants_down_to(code, FIRST) as u32))?;
        }
        let mut all = try_vec("sample of points", 8 * self.counts[level - 1].len(), 0u32)?;
        for (own, &code) in self.boxes.iter_mut().zip(&self.codes) {
            *own = 8 * *own + (octants_down_to(code, level) & 7) as u32;
            all[*own as usize] += 1;
        }
        let mut counts = Vec::new();
        for place in all.iter_mut().filter(|points| **points > 0) {
            let points = std::mem::replace(place, counts.len() as u32);
            try_push("sample of points", &mut counts, points)?;
        }
        self.boxes.iter_mut().for_each(|own| *own = all[*own as usize]);
        try_push("sample of points", &mut self.counts, counts)
    }
}

/// Three bits for each level down to this one, of those that say where a point is.
#[inline(always)]
fn octants_down_to(code: u64, level: usize) -> usize {
    (code >> (3 * (LEVELS - level))) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_counted_at_every_level() {
        // Two in one finest box, one that parts from them at level 3, and one from all at level 1.
        let points = vec![[0.01, 0.0, 0.0], [0.9, 0.9, 0.9], [0.126, 0.0, 0.0], [0.01, 0.0, 0.0]];
        let cube = Cube { corner: [0.0; 3], side: 1.0, repeats: false };
        let mut census = Census::of(&points, 1, &cube, &mut Progress::none()).unwrap();
        assert_eq!([0, 1, 2, 3, 4, 5, 6, LEVELS].map(|level| census.occupied(level).unwrap()), [1, 2, 2, 3, 3, 3, 3, 3]);
        assert_eq!([0, 1, 3, 5, LEVELS].map(|level| census.squares(level)), [16.0, 10.0, 6.0, 6.0, 6.0]);
        assert_eq!(Census::of(&points, 2, &cube, &mut Progress::none()).unwrap().len(), 2);
        let mut none = Census::of(&Vec::new(), 1, &cube, &mut Progress::none()).unwrap();
        assert_eq!([0, 3, 7].map(|level| (none.occupied(level).unwrap(), none.squares(level))), [(0, 0.0); 3]);
    }

    #[test]
    fn as_many_points_lie_in_boxes_as_their_codes_say() {
        // Ever closer together.
        let points: Vec<[f64; 3]> = (0..3000).map(|i| f64::from(i) / 3000.0).map(|t| [t.powi(3), (7.1 * t).fract(), t.powi(9)]).collect();
        let cube = Cube { corner: [0.0; 3], side: 1.0, repeats: false };
        let mut census = Census::of(&points, 1, &cube, &mut Progress::none()).unwrap();
        for level in 0..=LEVELS {
            let mut codes: Vec<_> = census.codes.iter().map(|&code| octants_down_to(code, level)).collect();
            codes.sort();
            let boxes: Vec<_> = codes.chunk_by(|a, b| a == b).map(|points| points.len() as f64).collect();
            assert_eq!((census.occupied(level).unwrap(), census.squares(level)), (boxes.len(), boxes.iter().map(|points| points * points).sum()), "level {level}");
        }
    }
}
