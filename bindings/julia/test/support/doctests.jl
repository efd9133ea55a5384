# Runs the examples of documentation: blocks of `julia> ` prompts, with what they print below them.

# The (source, expected output) of every prompt of a block, in order.
function prompts(block)
    examples = Tuple{String,String}[]
    source, output = String[], String[]
    finish() = isempty(source) || push!(examples, (join(source, "\n"), strip(join(output, "\n"))))
    for line in split(block, "\n")
        if startswith(line, "julia> ")
            finish()
            source, output = [chop(line; head = 7, tail = 0)], String[]
        elseif startswith(line, "       ") && isempty(output)
            push!(source, strip(line))
        else
            push!(output, line)
        end
    end
    finish()
    return examples
end

# The code blocks of a Markdown text in a language.
code_blocks(text, language) = [String(found.captures[1]) for found in eachmatch(Regex("```$language[^\n]*\n(.*?)\n```", "s"), text)]

# What the REPL would print for `source` in `place`.
function printed(place, source)
    value = nothing
    output = mktemp() do path, file
        value = redirect_stdout(() -> include_string(place, source), file)
        close(file)
        read(path, String)
    end
    quiet = value === nothing || endswith(rstrip(first(split(source, " #"))), ';')
    return strip(output * (quiet ? "" : sprint(show, MIME("text/plain"), value)))
end

# A module in which examples run as in a session after `using Hotloop`.
example_session() = (place = Module(:Session); Core.eval(place, :(using Hotloop)); place)
