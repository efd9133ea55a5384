# Runs a program in a Julia of its own that has this package.

function child(code; project = joinpath(ROOT, "bindings", "julia"), environment...)
    command = `$(Base.julia_cmd()) --startup-file=no --project=$project -e $code`
    settings = Dict{String,Union{String,Nothing}}(String(name) => value for (name, value) in environment)
    output = IOBuffer()
    process = withenv(() -> run(pipeline(ignorestatus(command); stdout = output, stderr = output)), settings...)
    return (status = process.exitcode, output = String(take!(output)))
end
