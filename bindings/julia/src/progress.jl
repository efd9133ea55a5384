# A call with word of its progress. The library calls back on the calling thread, a few times a second.
#
# Whatever the user's function throws must not pass through the library's frames: it is kept, the call is cancelled, and it is
# thrown again afterwards. For the same reason Ctrl-C is held back outside that function, and let in inside it.

mutable struct Watch
    report::Any
    # Thread settings: of the thread before the call, and of the task for the call (0: none).
    threads_before::Int32
    threads_of_call::Int32
    thrown::Any
end

struct NothingThrown end

const GO_ON = Int32(0)
const STOP = Int32(1)
const THROWN = Int32(-1)

# The progress function that the library gets.
function tick(user::Ptr{Cvoid}, done::Int64, total::Int64)::Int32
    watch = unsafe_pointer_to_objref(user)::Watch
    answer = GO_ON
    # The function may switch to another task of this thread, which has its own number of threads.
    watch.threads_of_call == 0 || set_num_threads_of_this_thread(watch.threads_before)
    try
        said = Base.reenable_sigint(() -> watch.report(Int(done), Int(total)))
        said === false || said === :cancel ? (answer = STOP) : nothing
    catch error
        watch.thrown = error
        answer = THROWN
    end
    watch.threads_of_call == 0 || set_num_threads_of_this_thread(watch.threads_of_call)
    return answer
end

# Runs `call(progress, user)` with the progress function and its argument, and throws what went wrong.
run_call(call, ::Nothing) = check(on_own_thread_count(() -> call(C_NULL, C_NULL)))

function run_call(call, report)
    count = own_thread_count()
    watch = Watch(report, Int32(0), count, NothingThrown())
    progress = @cfunction(tick, Int32, (Ptr{Cvoid}, Int64, Int64))
    # A task that switches inside the function must come back to the thread that the library runs on.
    task = current_task()
    was_sticky = task.sticky
    task.sticky = true
    try
        GC.@preserve watch Base.disable_sigint() do
            count == 0 || (watch.threads_before = set_num_threads_of_this_thread(count))
            status = call(progress, pointer_from_objref(watch))
            count == 0 || set_num_threads_of_this_thread(watch.threads_before)
            watch.thrown isa NothingThrown || throw(watch.thrown)
            check(status)
        end
    finally
        task.sticky = was_sticky
    end
end
