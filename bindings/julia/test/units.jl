# Units: known values, every layout, and what is refused.

@testset "known values" begin
    for (value, from, to, expected) in [
        (12500.0, "cm-1", "nm", 800.0), (800.0, "nm", "cm-1", 12500.0), (1.0, "eV", "cm-1", 8065.543937),
        (1.0, "hartree", "eV", 27.211386246),
        (29.9792458, "THz", "cm-1", 1000.0), (1.0, "e*a0", "debye", 2.541746473), (1.0, "debye", "C*m", 3.335640952e-30),
        (1.0, "bohr", "nm", 0.0529177210544), (1.0, "nm", "angstrom", 10.0), (3.0, "nm", "nm", 3.0)]
        @test (from, to, isapprox(convert_units(value, from, to), expected; rtol = 1e-9)) == (from, to, true)
    end
    @test convert_units(800, "nm", "cm-1") == 12500.0
end

@testset "arrays of any layout" begin
    values = 12000.0 .+ reshape(collect(1.0:60.0), 3, 4, 5)
    expected = 1e7 ./ values
    for layout in 0:3, target in 0:3
        converted = blank(target, 3, 4, 5)
        source = in_layout(layout, values)
        @test convert_units!(converted, source, "cm-1", "nm") === converted
        @test (layout, target, isapprox(converted, expected; rtol = 1e-15)) == (layout, target, true)
        @test all(value -> isnan(value) || value == 0, gaps(converted))
    end
    for layout in 0:3
        source = in_layout(layout, values)
        @test convert_units(source, "cm-1", "nm") == convert_units(values, "cm-1", "nm")
        @test source == values
        @test convert_units!(source, "cm-1", "nm") === source
        @test source == convert_units(values, "cm-1", "nm")
    end
    @test convert_units(zeros(3, 0), "cm-1", "eV") == zeros(3, 0)
    @test convert_units(fill(12500.0), "cm-1", "nm") == fill(800.0)
    table = [12500.0 0.0; 12800.0 0.0] # into another column of the same matrix
    @test convert_units!(view(table, :, 2), view(table, :, 1), "cm-1", "nm") == [800.0, 781.25]
end

@testset "what is refused" begin
    values = [1.0, 2.0, 3.0]
    matrix = [1.0 2.0; 3.0 4.0]
    for (complaint, call) in [
        "from: \"furlong\"" => () -> convert_units(values, "furlong", "nm"),
        "to: \"debye\" measures another quantity" => () -> convert_units(values, "cm-1", "debye"),
        "to: \"bohr\" measures another quantity" => () -> convert_units(1.0, "eV", "bohr"),
        "values: has elements of type Int64" => () -> convert_units([1, 2], "cm-1", "nm"),
        "values: is a" => () -> convert_units(1.0:3.0, "cm-1", "nm"),
        "converted: its size is (2,)" => () -> convert_units!(zeros(2), values, "cm-1", "nm"),
        "converted: has elements of type Float32" => () -> convert_units!(zeros(Float32, 3), values, "cm-1", "nm"),
        "converted: shares memory" => () -> convert_units!(view(values, 2:3), view(values, 1:2), "cm-1", "nm"),
        "converted: may share memory" => () -> convert_units!(transpose(matrix), matrix, "cm-1", "nm")]
        message = try
            call()
            "nothing"
        catch error
            @test error isa Union{ArgumentError,HotloopError}
            error isa ArgumentError ? error.msg : error.message
        end
        @test (complaint, message[1:min(end, length(complaint))]) == (complaint, complaint)
    end
    @test values == [1.0, 2.0, 3.0] && matrix == [1.0 2.0; 3.0 4.0]
end
