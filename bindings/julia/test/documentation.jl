# Every example of the documentation prints what it says: the docstrings', and those of docs/julia.md.

docstring(name) = string(Base.Docs.doc(Base.Docs.Binding(Hotloop, name)))

const DOCUMENTED = [names(Hotloop); :set_num_threads; :get_num_threads; :with_threads; :shutdown; :version; :config]

@testset "$name has a docstring" for name in DOCUMENTED
    @test !occursin("No documentation found", docstring(name))
end

function run_examples(block, place)
    for (source, expected) in prompts(block)
        found = printed(place, source)
        @test (source, found) == (source, expected)
    end
end

@testset "docstring of $name" for name in filter(name -> occursin("jldoctest", docstring(name)), DOCUMENTED)
    for block in code_blocks(docstring(name), "jldoctest")
        run_examples(block, example_session())
    end
end

@testset "docs/julia.md" begin
    # One session for the page: later blocks use what earlier ones made.
    text = read(joinpath(ROOT, "docs", "julia.md"), String)
    place = example_session()
    blocks = collect(eachmatch(r"```(julia|jldoctest)[^\n]*\n(.*?)\n```"s, text))
    @test !isempty(blocks)
    mktempdir() do folder
        cd(folder) do
            for block in blocks
                if block.captures[1] == "jldoctest"
                    run_examples(String(block.captures[2]), place)
                else
                    @test (include_string(place, String(block.captures[2])); true)
                end
            end
        end
    end
end
