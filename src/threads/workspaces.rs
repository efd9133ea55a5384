//! Memory that tasks hand on to each other.

use crate::error::Result;
use std::sync::Mutex;

/// What tasks have worked in and do not need any more: at most as many as were in use at a time.
pub struct Workspaces<W>(Mutex<Vec<W>>);

impl<W> Default for Workspaces<W> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<W> Workspaces<W> {
    /// Runs a task with a workspace that another has left, or a new one. It finds there what was left.
    pub fn with<R>(&self, new: impl FnOnce() -> Result<W>, task: impl FnOnce(&mut W) -> R) -> Result<R> {
        let mut workspace = self.take().map_or_else(new, Ok)?;
        let result = task(&mut workspace);
        self.give(workspace);
        Ok(result)
    }

    /// A workspace that another task has left, for one whose result it is.
    pub fn take(&self) -> Option<W> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop()
    }

    /// One that suits, for tasks of several kinds.
    pub fn take_one(&self, suits: impl Fn(&W) -> bool) -> Option<W> {
        let mut left = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let place = left.iter().position(suits)?;
        Some(left.swap_remove(place))
    }

    /// Leaves one to others.
    pub fn give(&self, workspace: W) {
        let mut left = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // Where there is no room to remember it, the next task makes its own.
        if left.try_reserve(1).is_ok() {
            left.push(workspace);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Status};

    #[test]
    fn a_workspace_is_handed_on() {
        let (workspaces, mut made) = (Workspaces::default(), 0);
        for task in 0..3 {
            let new = || {
                made += 1;
                Ok(Vec::new())
            };
            let seen = workspaces.with(new, |tasks| {
                tasks.push(task);
                tasks.len()
            });
            assert_eq!(seen.unwrap(), task + 1);
        }
        assert_eq!(made, 1);
        assert!(workspaces.take_one(|tasks| tasks.is_empty()).is_none());
        assert_eq!(workspaces.take_one(|tasks| tasks.len() == 3), Some(vec![0, 1, 2]));
        let refused = Workspaces::<()>::default().with(|| Err(Error::new(Status::Alloc, String::new())), |_| ());
        assert!(refused.is_err());
    }
}
