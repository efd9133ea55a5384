//! Rows of different lengths, one after another, put together from what threads found.
//!
//! A leaf finds most of its own rows itself, and threads write those where they belong. What it finds for other boxes is sorted in by counting, on the calling
//! thread: in a tree whose leaves are of one level there is none of that.

use crate::error::{Result, try_push, try_reserve, try_vec};
use crate::threads::{self, Progress};

const WHAT: &str = "interaction lists";

pub struct Rows<T> {
    starts: Vec<usize>,
    items: Vec<T>,
}

/// What a chunk of boxes found for some list.
pub struct Part<T> {
    /// Rows of these boxes, one after another, and where each ends.
    pub own: Vec<T>,
    ends: Vec<usize>,
    /// Rows of other boxes, and an item for each.
    pub elsewhere: Vec<(u32, T)>,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self { own: Vec::new(), ends: Vec::new(), elsewhere: Vec::new() }
    }
}

impl<T: Copy + Ord> Part<T> {
    /// What has been put into `own` since the last call is a row: it is sorted, and items of which `joined` makes one are joined.
    pub fn end_joined_row(&mut self, joined: impl Fn(T, T) -> Option<T>) -> Result<()> {
        let first = self.ends.last().copied().unwrap_or(0);
        let row = &mut self.own[first..];
        row.sort_unstable();
        let mut kept = 0;
        for at in 0..row.len() {
            let item = row[at];
            let before = if kept > 0 { joined(row[kept - 1], item) } else { None };
            if let Some(longer) = before {
                row[kept - 1] = longer;
            } else {
                row[kept] = item;
                kept += 1;
            }
        }
        self.own.truncate(first + kept);
        self.end_row()
    }
}

impl<T> Part<T> {
    /// What has been put into `own` since the last call is a row.
    pub fn end_row(&mut self) -> Result<()> {
        try_push(WHAT, &mut self.ends, self.own.len())
    }

    fn row(&self, row: usize) -> &[T] {
        &self.own[row.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[row]]
    }
}

/// How many rows there are, those of which parts tell, and how many of them each part has.
pub type Told<'a> = (usize, &'a [u32], usize);

impl<T> Rows<T> {
    #[inline]
    pub fn row(&self, row: usize) -> &[T] {
        &self.items[self.starts[row]..self.starts[row + 1]]
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn bytes(&self) -> usize {
        self.starts.capacity() * size_of::<usize>() + self.items.capacity() * size_of::<T>()
    }
}

impl<T: Copy + Default + Ord + Send + Sync> Rows<T> {
    /// Of what parts have for other boxes; the order within a row is that of the parts.
    pub fn elsewhere(rows: usize, parts: &[Part<T>]) -> Result<Self> {
        let mut starts = try_vec(WHAT, rows + 1, 0)?;
        let pairs = || parts.iter().flat_map(|part| &part.elsewhere);
        for &(row, _) in pairs() {
            starts[row as usize + 1] += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let mut items = try_vec(WHAT, starts[rows], T::default())?;
        let mut next = crate::error::try_collect(WHAT, starts.iter().copied())?;
        for &(row, item) in pairs() {
            items[next[row as usize]] = item;
            next[row as usize] += 1;
        }
        Ok(Self { starts, items })
    }

    /// Of what parts have for their own boxes.
    pub fn own((rows, boxes, each): Told<'_>, parts: &[Part<T>], progress: &mut Progress) -> Result<Self> {
        let mut starts = try_vec(WHAT, rows + 1, 0)?;
        for (boxes, part) in boxes.chunks(each).zip(parts) {
            for (place, &row) in boxes.iter().enumerate() {
                starts[row as usize + 1] = part.row(place).len();
            }
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let mut items = try_vec(WHAT, starts[rows], T::default())?;
        let mut rest = &mut items[..];
        // Boxes are in ascending order, so that the rows of a part follow each other.
        let mut tasks = Vec::new();
        for part in parts.iter().filter(|part| !part.own.is_empty()) {
            let (own, others) = std::mem::take(&mut rest).split_at_mut(part.own.len());
            rest = others;
            try_push(WHAT, &mut tasks, (part, own))?;
        }
        let work = |(part, items): (&Part<T>, &mut [T])| {
            items.copy_from_slice(&part.own);
            Ok(())
        };
        threads::for_each_chunk(tasks.into_iter(), |_| 0, progress, work, |()| Ok(()))?;
        Ok(Self { starts, items })
    }

    /// Of all that parts have, which is for the boxes of which they tell, each row sorted and joined.
    pub fn joined(told: Told<'_>, mut parts: Vec<Part<T>>, joined: impl Fn(T, T) -> Option<T> + Sync, progress: &mut Progress) -> Result<Self> {
        if parts.iter().any(|part| !part.elsewhere.is_empty()) {
            let (rows, boxes, each) = told;
            let others = Self::elsewhere(rows, &parts)?;
            let work = |(boxes, part): (&[u32], &mut Part<T>)| {
                let mut all = Part::default();
                for (place, &row) in boxes.iter().enumerate() {
                    let (own, others) = (part.row(place), others.row(row as usize));
                    try_reserve(WHAT, &mut all.own, own.len() + others.len())?;
                    all.own.extend_from_slice(own);
                    all.own.extend_from_slice(others);
                    all.end_joined_row(&joined)?;
                }
                *part = all;
                Ok(())
            };
            threads::for_each_chunk(boxes.chunks(each).zip(&mut parts), |_| 0, progress, work, |()| Ok(()))?;
        }
        Self::own(told, &parts, progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows 1, 4 and 5 of six are told of, by two parts.
    #[test]
    fn rows_are_sorted_and_joined_whoever_found_their_items() {
        let joined = |a: (u32, u32), b: (u32, u32)| (a.0 + a.1 == b.0).then_some((a.0, a.1 + b.1));
        let row = |part: &mut Part<(u32, u32)>, items: &[(u32, u32)]| {
            part.own.extend_from_slice(items);
            part.end_joined_row(joined).unwrap();
        };
        let [mut first, mut second] = [Part::default(), Part::default()];
        row(&mut first, &[(5, 2), (0, 1), (7, 1)]);
        row(&mut first, &[]);
        row(&mut second, &[(3, 3)]);
        let told = (6, &[1, 4, 5][..], 2);
        let parts = vec![first, second];
        let rows = Rows::own(told, &parts, &mut Progress::none()).unwrap();
        assert_eq!([0, 1, 2, 3, 4, 5].map(|at| rows.row(at).to_vec()), [vec![], vec![(0, 1), (5, 3)], vec![], vec![], vec![], vec![(3, 3)]]);
        let mut parts = parts;
        parts[1].elsewhere.extend([(1, (1, 4)), (4, (9, 1))]);
        parts[0].elsewhere.extend([(5, (6, 1)), (4, (2, 1))]);
        let rows = Rows::joined(told, parts, joined, &mut Progress::none()).unwrap();
        assert_eq!([0, 1, 2, 3, 4, 5].map(|at| rows.row(at).to_vec()), [vec![], vec![(0, 8)], vec![], vec![], vec![(2, 1), (9, 1)], vec![(3, 4)]]);
        assert_eq!(rows.len(), 4);
    }
}
