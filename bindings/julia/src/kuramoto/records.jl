# Integrations of all models: how long they are, and what they write on their way.

# The steps of an integration and its records: arrays, or `nothing` for what is not recorded.
struct Recording{F,R,P,D<:Ref{Int}}
    dt::Float64
    steps::Int
    every::Int
    possible::Int # records
    frames::F
    order_r::R
    order_psi::P
    done::D
end

# `true` among the records stands for a new array.
function Recording(theta, dt, steps, every, frames, order_r, order_psi, steps_done)
    steps >= 0 || throw(ArgumentError("steps: is $steps; a number of steps is not negative"))
    every >= 0 || throw(ArgumentError("record_every: is $every; a number of steps is not negative"))
    possible = every == 0 ? 0 : Int(steps ÷ every)
    record(given, extents...) = given === true ? Array{eltype(theta)}(undef, extents...) : given === false ? nothing : given
    done = something(steps_done, Ref(0))
    done[] = 0
    return Recording(Float64(dt), Int(steps), Int(every), possible, record(frames, size(theta)..., possible), record(order_r, possible),
                     record(order_psi, possible), done)
end

# The number of records that are kept.
n_frames(recording) =
    all(isnothing, (recording.frames, recording.order_r, recording.order_psi)) ? 0 : recording.possible

# What the integrations of all models do: `call` gets the memory of theta, omega, coupling and the records, and the option struct.
function integrate!(call, theta::AbstractArray{T,N}, omega, coupling, recording, options, progress) where {T,N}
    phase = oscillator_array("theta", theta, T, size(theta))
    frequency, strength = field("omega", omega, T, size(theta)), field("coupling", coupling, T, size(theta))
    possible = recording.possible
    frames = oscillator_array("frames", recording.frames, T, (size(theta)..., possible))
    order_r = oscillator_array("order_r", recording.order_r, T, (possible,))
    order_psi = oscillator_array("order_psi", recording.order_psi, T, (possible,))
    frequencies, strengths = frequency.values, strength.values
    GC.@preserve theta frequencies strengths recording run_call(options, progress) do struct_of_options
        call(phase, frequency.memory, strength.memory, frames, order_r, order_psi, size(theta), recording, struct_of_options)
    end
    return (theta = theta, frames = recording.frames, order_r = recording.order_r, order_psi = recording.order_psi)
end
