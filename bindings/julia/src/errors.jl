# A status of the library becomes a Julia exception.

"""
    HotloopError(status, message)

A call that the library refused or could not finish. `status` is the number that the C library uses for the reason,
`message` names the argument, the index, the value and the remedy. **Indices in messages are the C library's: they count from 0,
and the axes are in reverse**, so element (2, 0) of configuration 17 is `[1, 3, 18]`.

With `1 <= status <= 99` (the caller's mistake) every output is untouched.

| status | reason |
|---|---|
| 1 | an array that is needed was not given |
| 2 | sizes do not fit |
| 3, 5 | strides or alignment that cannot be worked with |
| 4 | an output shares an element with another array |
| 6 | a value is outside its range |
| 7 | an input holds `NaN` or an infinity |
| 8 | an option is invalid |
| 9 | not possible at the moment |
| 100, 101 | numerical: not converged, singular |
| 200, 201 | memory or threads could not be had |
| 202 | the progress callback asked to stop |
| 255 | a mistake inside hotloop: please report it |
"""
struct HotloopError <: Exception
    status::Int
    message::String
end

function Base.showerror(io::IO, error::HotloopError)
    has_index = occursin(r"\b(element|configuration|energy|row|site|variant|atom|pair|frame|cell|point|quaternion)s? [(\[]?\d|\w\[\d+\]", error.message)
    print(io, "HotloopError: ", error.message, " (", status_name(error.status),
          has_index ? "; indices in this message count from 0, with the axes in reverse)" : ")")
end

# "HL_ERR_SHAPE" of "HL_ERR_SHAPE: a dimension is ...".
function status_name(status)
    text = unsafe_string(ccall(hl_status_string[], Cstring, (hl_status,), status))
    return startswith(text, "HL_") ? "status $status, $(first(split(text, ':')))" : "status $status"
end

# The library's message without the C function's name, with options called as in Julia.
function last_error_message()
    message = unsafe_string(ccall(hl_last_error_message[], Cstring, ()))
    message = replace(message, r"^hl_\w+: " => "")
    message = replace(message, "HL_NONFINITE_PROPAGATE" => ":propagate")
    return replace(message, r"\b(?:options\.)?(fwhm(?:_cd)?)_values\b" => s"\1")
end

# The message belongs to the thread: ask for it before anything that may switch tasks.
check(status) = status == HL_OK ? nothing : throw(HotloopError(status, last_error_message()))
