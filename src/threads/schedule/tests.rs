use super::*;
use crate::error::Status;
use crate::threads::set_local;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Runs `call` with so many threads.
fn with_threads<R>(threads: i32, call: impl FnOnce() -> R) -> R {
    let before = set_local(threads).unwrap();
    let result = call();
    set_local(before).unwrap();
    result
}

fn squares(count: usize, work: impl Fn(usize) -> Result<usize> + Sync) -> (Vec<usize>, Result<()>) {
    let mut folded = Vec::new();
    let fold = |square| {
        folded.push(square);
        Ok(())
    };
    let result = for_each_chunk(0..count, |_| 1, &mut Progress::none(), work, fold);
    (folded, result)
}

#[test]
fn results_are_folded_in_order_whoever_is_late() {
    for threads in [1, 2, 3, 7] {
        for count in [0, 1, 2, 3, 20, 500] {
            let work = |chunk: usize| {
                if chunk % 50 == 3 {
                    std::thread::sleep(Duration::from_millis(3));
                }
                Ok(chunk * chunk)
            };
            let (folded, result) = with_threads(threads, || squares(count, work));
            result.unwrap();
            assert!(folded.iter().copied().eq((0..count).map(|chunk| chunk * chunk)), "{threads} threads, {count} chunks");
        }
    }
}

#[test]
fn the_earliest_error_wins_and_what_was_before_it_is_folded() {
    for threads in [1, 2, 5] {
        let work = |chunk: usize| {
            if chunk == 40 {
                std::thread::sleep(Duration::from_millis(2));
            }
            if chunk >= 40 { Err(Error::new(Status::Nonfinite, chunk.to_string())) } else { Ok(chunk) }
        };
        let (folded, result) = with_threads(threads, || squares(1000, work));
        assert_eq!(result.unwrap_err().message, "40");
        assert_eq!(folded.len(), 40);
    }
}

#[test]
fn no_more_chunks_are_under_way_than_may_be() {
    for threads in [2, 4] {
        let (begun, folded) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |_| {
            let ahead = begun.fetch_add(1, Ordering::SeqCst) + 1 - folded.load(Ordering::SeqCst);
            // A result that is being folded was handed over and is not counted yet.
            assert!(ahead <= AHEAD * threads + 1, "{ahead}");
            Ok(())
        };
        let fold = |()| {
            std::thread::sleep(Duration::from_micros(200));
            folded.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        with_threads(threads as i32, || for_each_chunk(0..300, |_| 1, &mut Progress::none(), work, fold)).unwrap();
    }
}

#[test]
fn a_panic_on_any_thread_reaches_the_caller_and_the_pool_lives() {
    crate::capi::silence_panics_on_this_thread();
    for late in [0, 1, 63] {
        let work = |chunk: usize| if chunk == late { panic!("chunk {late}") } else { Ok(chunk) };
        let call = std::panic::AssertUnwindSafe(|| with_threads(3, || squares(64, work)));
        assert!(std::panic::catch_unwind(call).is_err());
    }
    set_local(0).unwrap();
    let (folded, result) = with_threads(3, || squares(64, Ok));
    result.unwrap();
    assert_eq!(folded.len(), 64);
}

#[test]
fn several_calls_share_a_pool_and_a_fold_may_call_again() {
    let call = || {
        with_threads(2, || {
            let mut total = 0;
            let fold = |chunk: usize| {
                let (folded, result) = squares(chunk % 7, Ok);
                total += folded.len();
                result
            };
            for_each_chunk(0..200, |_| 1, &mut Progress::none(), Ok, fold).unwrap();
            total
        })
    };
    let expected = (0..200).map(|chunk| chunk % 7).sum::<usize>();
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..6).map(|_| scope.spawn(call)).collect();
        for caller in callers {
            assert_eq!(caller.join().unwrap(), expected);
        }
    });
}

#[test]
fn a_worker_s_chunk_keeps_its_own_chunks() {
    let work = |_| {
        let own = std::thread::current().id();
        let inner = |_| Ok(std::thread::current().id() == own);
        let mut is_own = true;
        for_each_chunk(0..10, |_| 1, &mut Progress::none(), inner, |own| {
            is_own &= own;
            Ok(())
        })?;
        // The calling thread's may go to workers.
        Ok(is_own || rayon::current_thread_index().is_none())
    };
    let fold = |is_own: bool| {
        assert!(is_own);
        Ok(())
    };
    with_threads(4, || for_each_chunk(0..40, |_| 1, &mut Progress::none(), work, fold)).unwrap();
}
