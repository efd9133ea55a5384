# A table of mistakes: who refuses (0: the package, with an ArgumentError; else the library's status), which argument the message
# names first, the call. Whatever the mistake, no output has changed.

using LinearAlgebra: Symmetric
using SparseArrays: sparse

# Inputs and outputs that are right; each row spoils one thing.
function right()
    system = random_system(11, 4, 3)
    sentinel(extents...) = fill(-777.0, extents...)
    return (hamiltonians = system.hamiltonians, dipoles = system.dipoles, positions = system.positions,
            grid = collect(12000.0:5.0:12800.0), weights = [1.0, 2.0, 3.0], absorption = sentinel(161), cd = sentinel(161),
            energies = sentinel(4, 3), D = sentinel(4, 3), R = sentinel(4, 3), M = sentinel(3, 4, 3), V = sentinel(4, 4, 3),
            stick_energies = 12400.0 .+ reshape(collect(1.0:12.0), 4, 3), stick_strengths = ones(4, 3))
end

function spectrum(a; absorption = a.absorption, cd = a.cd, hamiltonians = a.hamiltonians, dipoles = a.dipoles,
                  positions = a.positions, grid = a.grid, options...)
    return exciton_spectrum!(absorption, cd, hamiltonians, dipoles, positions, grid; options...)
end

function sticks(a; hamiltonians = a.hamiltonians, dipoles = a.dipoles, positions = a.positions,
                sticks = (energies = a.energies, dipole_strengths = a.D, rotational_strengths = a.R, exciton_dipoles = a.M,
                          eigenvectors = a.V), options...)
    return exciton_sticks!(sticks, hamiltonians, dipoles, positions; options...)
end

function broaden(a; absorption = a.absorption, cd = a.cd, energies = a.stick_energies, dipole_strengths = a.stick_strengths,
                 rotational_strengths = a.stick_strengths, grid = a.grid, options...)
    return exciton_broaden!(absorption, cd, energies, dipole_strengths, rotational_strengths, grid; options...)
end

# A copy with one element replaced.
spoiled(array, value, index...) = (array = copy(array); array[index...] = value; array)
asymmetric(a) = spoiled(a.hamiltonians, a.hamiltonians[2, 1, 2] + 1e-3, 1, 2, 2)

# An output whose elements all lie in one place.
struct OnePlace <: AbstractVector{Float64}
    element::Vector{Float64}
    length::Int
end
Base.size(array::OnePlace) = (array.length,)
Base.strides(::OnePlace) = (0,)
Base.unsafe_convert(::Type{Ptr{Float64}}, array::OnePlace) = pointer(array.element)
Base.getindex(array::OnePlace, ::Int) = array.element[1]

# Half an element off: no address for a Float64.
struct Misaligned <: AbstractVector{Float64}
    data::Vector{Float64}
end
Base.size(array::Misaligned) = (length(array.data) - 1,)
Base.strides(::Misaligned) = (1,)
Base.unsafe_convert(::Type{Ptr{Float64}}, array::Misaligned) = pointer(array.data) + 4
Base.getindex(array::Misaligned, i::Int) = array.data[i]

const MISTAKES = [
    # Arrays that the package does not pass on.
    (0, "hamiltonians", "not square", a -> spectrum(a; hamiltonians = zeros(4, 5, 3))),
    (0, "hamiltonians", "a vector", a -> spectrum(a; hamiltonians = zeros(16))),
    (0, "hamiltonians", "no array", a -> spectrum(a; hamiltonians = 12400.0)),
    (0, "hamiltonians", "single precision", a -> spectrum(a; hamiltonians = Float32.(a.hamiltonians))),
    (0, "hamiltonians", "integers", a -> sticks(a; hamiltonians = round.(Int, a.hamiltonians))),
    (0, "hamiltonians", "a wrapper without strides", a -> sticks(a; hamiltonians = Symmetric(a.hamiltonians[:, :, 1]),
                                                                sticks = (energies = a.energies[:, 1],))),
    (0, "hamiltonians", "a list of matrices", a -> spectrum(a; hamiltonians = [a.hamiltonians[:, :, c] for c in 1:3])),
    (0, "dipoles", "axes in C's order", a -> spectrum(a; dipoles = permutedims(a.dipoles[:, :, 1]))),
    (0, "dipoles", "too few configurations", a -> spectrum(a; dipoles = a.dipoles[:, :, 1:2])),
    (0, "dipoles", "too few sites", a -> sticks(a; dipoles = a.dipoles[:, 1:3, :])),
    (0, "dipoles", "chosen by a list", a -> spectrum(a; dipoles = view(a.dipoles, :, [1, 2, 3, 4], :))),
    (0, "positions", "two coordinates", a -> spectrum(a; positions = a.positions[1:2, :, :])),
    (0, "positions", "complex", a -> sticks(a; positions = complex(a.positions))),
    (0, "grid", "a range", a -> spectrum(a; grid = 12000.0:5.0:12800.0)),
    (0, "grid", "a matrix", a -> spectrum(a; grid = reshape(a.grid, 1, :))),
    (0, "grid", "integers", a -> broaden(a; grid = collect(12000:5:12800))),
    (0, "weights", "too few", a -> spectrum(a; weights = [1.0, 2.0])),
    (0, "weights", "integers", a -> broaden(a; weights = [1, 2, 3])),
    (0, "absorption", "too short", a -> spectrum(a; absorption = view(a.absorption, 1:160))),
    (0, "absorption", "single precision", a -> spectrum(a; absorption = zeros(Float32, 161))),
    (0, "cd", "a row", a -> broaden(a; cd = zeros(1, 161))),
    (0, "energies", "axes exchanged", a -> sticks(a; sticks = (energies = zeros(3, 4),))),
    (0, "energies", "three axes", a -> broaden(a; energies = zeros(4, 3, 1))),
    (0, "dipole_strengths", "too few", a -> broaden(a; dipole_strengths = zeros(4, 2))),
    (0, "rotational_strengths", "one configuration for all", a -> broaden(a; rotational_strengths = zeros(4))),
    (0, "exciton_dipoles", "axes exchanged", a -> sticks(a; sticks = (exciton_dipoles = zeros(4, 3, 3),))),
    (0, "eigenvectors", "one configuration for all", a -> sticks(a; sticks = (eigenvectors = zeros(4, 4),))),
    (0, "sticks", "an unknown field", a -> sticks(a; sticks = (energies = a.energies, oscillator_strengths = a.D))),
    (0, "sticks", "no energies", a -> exciton_broaden!(a.absorption, nothing, (dipole_strengths = a.stick_strengths,), a.grid)),
    # Options that the package knows.
    (0, "lineshape", "unknown", a -> spectrum(a; lineshape = :lorenzian)),
    (0, "normalization", "unknown", a -> spectrum(a; normalization = :height)),
    (0, "cd_scale", "unknown", a -> sticks(a; cd_scale = :g)),
    (0, "broadening", "unknown", a -> broaden(a; broadening = :fft)),
    (0, "fwhm_by", "unknown", a -> spectrum(a; fwhm_by = :configuration, fwhm = ones(3))),
    (0, "fwhm_by", "by site, of sticks", a -> broaden(a; fwhm_by = :site, fwhm = fill(70.0, 4))),
    (0, "fwhm", "a width for each without a word for what", a -> spectrum(a; fwhm = fill(70.0, 4))),
    (0, "fwhm", "too few widths", a -> spectrum(a; fwhm = fill(70.0, 3), fwhm_by = :site)),
    (0, "fwhm_cd", "0", a -> spectrum(a; fwhm_cd = 0.0)),
    (0, "fwhm_cd", "too many widths", a -> broaden(a; fwhm_cd = fill(70.0, 5), fwhm_by = :exciton)),
    (0, "deleted", "site 0", a -> spectrum(a; deleted = [0])),
    (0, "deleted", "site 5 of 4", a -> sticks(a; deleted = [1, 5])),
    (0, "deleted", "too few flags", a -> spectrum(a; deleted = [true, false])),
    (0, "deleted", "half a site", a -> spectrum(a; deleted = [1.5])),
    # What the library refuses.
    (1, "positions", "CD without positions", a -> spectrum(a; positions = nothing)),
    (1, "positions", "R without positions", a -> sticks(a; positions = nothing)),
    (1, "dipoles", "absorption without dipoles", a -> spectrum(a; dipoles = nothing)),
    (1, "rotational_strengths", "CD without R", a -> broaden(a; rotational_strengths = nothing)),
    (1, "dipole_strengths", "absorption without D", a -> broaden(a; dipole_strengths = nothing)),
    (2, "n_conf", "a mean over nothing", a -> exciton_spectrum!(a.absorption, nothing, zeros(4, 4, 0), zeros(3, 4), nothing, a.grid)),
    (3, "absorption", "all elements in one place", a -> spectrum(a; absorption = OnePlace([0.0], 161))),
    (4, "cd", "absorption itself", a -> spectrum(a; cd = a.absorption)),
    (4, "cd", "overlapping views", a -> broaden(a; absorption = view(a.energies, 1:2), cd = view(a.energies, 2:3), grid = [1.0, 2.0])),
    (4, "absorption", "the grid", a -> (g = copy(a.grid); spectrum(a; absorption = g, grid = g))),
    (4, "dipole_strengths", "energies", a -> sticks(a; sticks = (energies = a.energies, dipole_strengths = a.energies))),
    (4, "eigenvectors", "the Hamiltonians", a -> sticks(a; sticks = (eigenvectors = a.hamiltonians,))),
    (5, "grid", "half an element off", a -> spectrum(a; grid = Misaligned(zeros(162)))),
    (6, "hamiltonians", "not symmetric", a -> spectrum(a; hamiltonians = asymmetric(a))),
    (6, "hamiltonians", "not symmetric", a -> sticks(a; hamiltonians = asymmetric(a))),
    (6, "hamiltonians", "relative energies with CD", 
     a -> spectrum(a; hamiltonians = a.hamiltonians .- 12400.0 .* [i == j for i in 1:4, j in 1:4])),
    (6, "dipoles", "nothing to normalise", a -> spectrum(a; dipoles = zeros(3, 4, 3), normalize_dipoles = true)),
    (6, "grid", "descending", a -> spectrum(a; grid = reverse(a.grid))),
    (6, "grid", "a point twice", a -> broaden(a; grid = spoiled(a.grid, a.grid[1], 2))),
    (6, "weights", "negative", a -> spectrum(a; weights = [1.0, -1.0, 3.0])),
    (6, "weights", "all 0", a -> broaden(a; weights = zeros(3))),
    (7, "hamiltonians", "NaN", a -> spectrum(a; hamiltonians = spoiled(a.hamiltonians, NaN, 2, 2, 3))),
    (7, "hamiltonians", "NaN", a -> sticks(a; hamiltonians = spoiled(a.hamiltonians, NaN, 2, 1, 1))),
    (7, "dipoles", "Inf", a -> spectrum(a; dipoles = spoiled(a.dipoles, Inf, 3, 4, 2))),
    (7, "positions", "NaN", a -> sticks(a; positions = spoiled(a.positions, NaN, 1, 1, 3))),
    (7, "weights", "NaN", a -> spectrum(a; weights = [1.0, NaN, 3.0])),
    (7, "grid", "Inf", a -> spectrum(a; grid = spoiled(a.grid, Inf, 161))),
    (7, "energies", "NaN", a -> broaden(a; energies = spoiled(a.stick_energies, NaN, 1, 2))),
    (7, "rotational_strengths", "-Inf", a -> broaden(a; rotational_strengths = spoiled(a.stick_strengths, -Inf, 4, 3))),
    (8, "fwhm", "negative", a -> spectrum(a; fwhm = -70.0)),
    (8, "fwhm", "NaN", a -> broaden(a; fwhm = NaN)),
    (8, "fwhm_cd", "infinite", a -> spectrum(a; fwhm_cd = Inf)),
    (8, "fwhm[2]", "a width of 0 among others", a -> spectrum(a; fwhm = [70.0, 70.0, 0.0, 70.0], fwhm_by = :exciton)),
    (8, "cutoff", "0", a -> spectrum(a; cutoff = 0.0)),
    (8, "cutoff", "NaN", a -> broaden(a; cutoff = NaN)),
    (8, "energy_offset", "infinite", a -> sticks(a; energy_offset = Inf)),
    (8, "lorentzian_fwhm", "given, but the line is Gaussian", a -> spectrum(a; lorentzian_fwhm = 10.0)),
    (8, "lorentzian_fwhm", "not given, but the line is Voigt", a -> broaden(a; lineshape = :voigt)),
    (8, "broadening", "gridded Lorentzian", a -> spectrum(a; lineshape = :lorentzian, broadening = :gridded)),
    (8, "broadening", "gridded with a cut", a -> broaden(a; cutoff = 2.0, broadening = :gridded)),
]

for (status, argument, mistake, call) in MISTAKES
    @testset "$argument: $mistake" begin
        arrays = right()
        # A mistake may share arrays between inputs and outputs, so all are compared with what they were.
        before = map(copy, arrays)
        caught = try
            call(arrays)
        catch error
            error
        end
        if status == 0
            @test caught isa ArgumentError && startswith(caught.msg, argument * ":")
        else
            @test caught isa HotloopError && (caught.status, first(split(caught.message, ':'))) == (status, argument)
        end
        @test isequal(arrays, before)
    end
end

@testset "an exception tells its story in one line" begin
    arrays = right()
    caught = try
        spectrum(arrays; hamiltonians = spoiled(arrays.hamiltonians, NaN, 2, 2, 3))
    catch error
        error
    end
    text = sprint(showerror, caught)
    @test startswith(text, "HotloopError: hamiltonians: element (1, 1) of configuration 2 is NaN")
    @test occursin("HL_ERR_NONFINITE", text) && occursin("count from 0", text) && !occursin('\n', text)
    @test_throws TypeError exciton_spectrum(arrays.hamiltonians, arrays.dipoles, nothing, arrays.grid; frequency_prefactor = 1)
    @test_throws MethodError exciton_spectrum(arrays.hamiltonians, arrays.dipoles, nothing, arrays.grid; fhwm = 70.0)
end

# What a message says to pass is passed: its code is run, with the argument's name for what was refused, and the call goes through.
@testset "remedies are right: $name, a $(typeof(wrong))" for (name, wrong, call) in [
    let a = right(), axes3 = (3, 2, 1)
        h, mu, r, grid, values = a.hamiltonians, a.dipoles[:, :, 1], a.positions[:, :, 1], a.grid, ones(161)
        fit(grid, values) = exciton_residual_gradient(h, mu, r, [(:scale, :both)], [1.0]; absorption = (grid, values))
        of(arguments...) = exciton_spectrum(arguments...)
        [("grid", 12000.0:5.0:12800.0, x -> of(h, mu, r, x)), ("grid", 12000:5:12800, x -> of(h, mu, r, x)),
         ("grid", collect(12000:5:12800), x -> of(h, mu, r, x)), ("grid", 12000.0:5.0:12800.0, x -> fit(x, values)),
         ("values", 1.0:161.0, x -> fit(grid, x)), ("values", Float32.(values), x -> fit(grid, x)),
         ("hamiltonians", Float32.(h), x -> of(x, mu, r, grid)), ("hamiltonians", Symmetric(h[:, :, 1]), x -> of(x, mu, r, grid)),
         ("dipoles", permutedims(mu), x -> of(h, x, r, grid)), ("dipoles", permutedims(a.dipoles[:, :, 1:2], axes3), x -> of(h[:, :, 1:2], x, r, grid)),
         ("dipoles", view(a.dipoles, :, [1, 2, 3, 4], :), x -> of(h, x, r, grid)), ("positions", complex(r), x -> of(h, mu, x, grid)),
         ("dipoles", [mu[:, i] for i in 1:4], x -> of(h, x, r, grid)),
         ("weights", [1, 2, 3], x -> exciton_spectrum(h, mu, r, grid; weights = x)),
         ("sources", [1 2; 3 4; 5 6], x -> direct_sum(x, [1.0, 2.0])), ("sources", complex([1f0 2; 3 4; 5 6]), x -> FmmPlan(x)),
         ("sources", [[1.0, 2, 3], [4.0, 5, 6]], x -> FmmPlan(x)), ("sources", [[1, 2, 3], [4, 5, 6]], x -> FmmPlan(x)),
         ("sources", ones(5, 3), x -> FmmPlan(x)), ("targets", ones(5, 3), x -> FmmPlan(ones(3, 5); targets = x)),
         ("charges", [1, 2], x -> direct_sum([1.0 2; 3 4; 5 6], x)), ("charges", ones(2, 5), x -> fmm_evaluate(FmmPlan(rand(3, 5)), x)),
         ("charges", 1:5, x -> fmm_evaluate(FmmPlan(rand(3, 5)), x)),
         ("positions", [1.0 2; 3 4; 5 6]', x -> neighbour_list(x, 1.0)), ("positions", [1 2; 3 4; 5 6], x -> neighbour_list(x, 1.0)),
         ("positions", [[1.0, 2, 3], [4.0, 5, 6]], x -> neighbour_list(x, 1.0)),
         ("theta", [1, 2, 3], x -> kuramoto_rhs(x, 1.0, 1.0)), ("omega", 1.0:3.0, x -> kuramoto_rhs(zeros(3), x, 1.0)),
         ("codes", Int32[9], x -> morton_decode(x)), ("row_start", [0.0, 1.0], x -> KuramotoNetwork(x, [0])),
         ("matrix", [0.0 1; 1 0], x -> KuramotoNetwork(x)), ("matrix", sparse([0 1; 1 0]), x -> KuramotoNetwork(x))]
    end...]
    said = try call(wrong); "" catch error; error.msg end
    told = match(r"pass ((?:[^()]|\([^()]*(?:\([^()]*\)[^()]*)*\))*?)(?: or a preallocated Array| if their imaginary parts mean nothing| \(or .*)?$", said)
    @test told !== nothing
    told === nothing && continue
    right_one = Base.eval(Main, :(let $(Symbol(name)) = $wrong; $(Meta.parse(told[1])) end))
    @test (call(right_one); true)
end
