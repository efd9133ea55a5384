# How many threads calls use. The number of threads never changes a result.

"""
    Hotloop.set_num_threads(n)

Set the number of threads for calls from anywhere in the process, from 1 to $HL_MAX_THREADS; 0 returns to the default
(`HOTLOOP_NUM_THREADS`, else `OMP_NUM_THREADS`, else `RAYON_NUM_THREADS`, else the cores that the process may use).

These are the library's own threads; Julia's (`JULIA_NUM_THREADS`) do not count. Where many Julia threads call at once,
`Hotloop.set_num_threads(1)` is usually best: a call then runs on the thread that makes it.
"""
set_num_threads(n::Integer) = check(ccall(hl_set_num_threads[], hl_status, (Int32,), thread_count(n)))

"""
    Hotloop.get_num_threads() -> Int

The number of threads that a call from this task would use now.
"""
get_num_threads() = on_own_thread_count(() -> Int(ccall(hl_get_num_threads[], Int32, ())))

"""
    Hotloop.with_threads(f, n)

Run `f()` with `n` threads for each call of hotloop that this task makes; 0 stands for what is set for the process. Tasks that
`f` starts do not inherit it: call `with_threads` in them, or use [`Hotloop.set_num_threads`](@ref).

```jldoctest
julia> Hotloop.with_threads(Hotloop.get_num_threads, 1)
1
```
"""
function with_threads(f, n::Integer)
    count = thread_count(n)
    # The library judges the number; the thread's setting is put back at once.
    before = set_num_threads_of_this_thread(count)
    before < 0 && throw(HotloopError(HL_ERR_ARGUMENT, last_error_message()))
    set_num_threads_of_this_thread(before)
    return task_local_storage(f, THREAD_COUNT_KEY, count)
end

"""
    Hotloop.shutdown()

End the library's worker threads and wait for them; the next call starts new ones.
"""
shutdown() = check(ccall(hl_shutdown[], hl_status, ()))

# Numbers that do not fit are as absurd as the largest that does.
thread_count(n::Integer) = Int32(clamp(n, typemin(Int32), typemax(Int32)))

# The library keeps a setting for each thread, but tasks may share a thread and, from Julia 1.7 on, move. So the number belongs to
# the task, and the thread's setting is made for the length of one call only.
const THREAD_COUNT_KEY = :hotloop_thread_count

function own_thread_count()
    storage = current_task().storage
    return storage === nothing ? Int32(0) : get(storage, THREAD_COUNT_KEY, Int32(0))::Int32
end

set_num_threads_of_this_thread(n) = ccall(hl_set_num_threads_local[], Int32, (Int32,), n)

# Runs a call of the library, which must not throw or switch tasks, with the task's own number of threads.
function on_own_thread_count(call)
    count = own_thread_count()
    count == 0 && return call()
    before = set_num_threads_of_this_thread(count)
    result = call()
    set_num_threads_of_this_thread(before)
    return result
end
