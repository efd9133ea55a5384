# How alike four pairs of disc-shaped molecules are to AniSOAP: stacked, T-shaped, side by side, and the stack turned as a whole, which
# is the same to a descriptor that no rotation changes.
#
#     julia --project=bindings/julia examples/julia/anisoap_dimers.jl

using Hotloop
using Printf

names = ["stacked", "T-shaped", "side by side", "stack, turned"]
along_z, along_x = [0.0 0.0; 0.0 0.0; 0.0 2.0], [0.0 2.0; 0.0 0.0; 0.0 0.0]
positions = hcat(along_z, along_z, along_x, along_x)
# w, x, y, z: from the axes of the body to those of positions
flat, upright, turned = [1.0, 0.0, 0.0, 0.0], [sqrt(0.5), sqrt(0.5), 0.0, 0.0], [0.5, 0.5, 0.5, 0.5]
quaternions = hcat(flat, flat, flat, upright, flat, flat, turned, turned)

descriptor = AnisoapDescriptor(6, 7.0; species = [6], radial_gaussian_width = 1.5, max_radial = 3)
# One shape for all: standard deviations along the axes of the body.
frames = AnisoapFrames(positions, fill(6, 8), [1.5, 1.5, 0.4]; quaternions = quaternions, offsets = [0, 2, 4, 6, 8])
means = anisoap_power_spectrum(descriptor, frames; mean = true)[:, 1, :]

for (a, name) in enumerate(names)
    @printf("%-14s", name)
    for b in 1:4
        x, y = means[:, a], means[:, b]
        @printf(" %9.6f", sum(x .* y) / sqrt(sum(abs2, x) * sum(abs2, y)))
    end
    println()
end
