// Kuramoto oscillators on lattices, on networks, and fully connected.
#ifndef HOTLOOP_KURAMOTO_HPP
#define HOTLOOP_KURAMOTO_HPP

#include "kuramoto/lattice.hpp"
#include "kuramoto/mean_field.hpp"
#include "kuramoto/network.hpp"
#include "kuramoto/options.hpp"
#include "kuramoto/records.hpp"

#endif
