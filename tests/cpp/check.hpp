// Counting claims, comparing bits, and the reference values of tests/fortran/data; each test program ends with `conclude`.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace check {

struct counts {
    int passed = 0;
    int failed = 0;
};

inline counts& total() {
    static counts all;
    return all;
}

// `detail` says what was found instead; it is printed only where the claim does not hold.
inline bool claim(bool holds, const std::string& text, const std::string& detail = "") {
    if (holds) {
        ++total().passed;
        return true;
    }
    ++total().failed;
    std::cout << "FAILED " << text << '\n';
    if (!detail.empty()) std::cout << "       " << detail << '\n';
    return false;
}

inline int conclude(const char* program) {
    std::cout << program << ": " << total().passed << " passed, " << total().failed << " failed" << std::endl;
    return total().failed == 0 ? 0 : 1;
}

// Runs a test program's body: an exception that nothing expected is a failure.
template <class Body>
int run(const char* program, Body body) {
    try {
        body();
    } catch (const std::exception& thrown) {
        claim(false, "no unexpected exception", thrown.what());
    }
    return conclude(program);
}

inline bool same_bits(const std::vector<double>& left, const std::vector<double>& right) {
    return left.size() == right.size() && (left.empty() || std::memcmp(left.data(), right.data(), left.size() * sizeof(double)) == 0);
}

inline double largest(const std::vector<double>& values) {
    double result = 0;
    for (double value : values) result = std::max(result, std::fabs(value));
    return result;
}

inline double difference(const std::vector<double>& left, const std::vector<double>& right) {
    if (left.size() != right.size()) return INFINITY;
    double result = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const double d = std::fabs(left[i] - right[i]);
        if (!(d <= result)) result = d;  // also when it is NaN
    }
    return result;
}

inline void within(const std::vector<double>& values, const std::vector<double>& expected, double tolerance, const std::string& text) {
    const double found = difference(values, expected);
    std::ostringstream detail;
    detail << "difference " << found << ", tolerance " << tolerance;
    claim(found <= tolerance, text, detail.str());
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline std::vector<double> read_f64(const std::string& path, std::size_t offset, std::size_t count) {
    std::vector<double> values(count);
    std::ifstream file(path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset * sizeof(double)));
    file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(double)));
    if (!file) throw std::runtime_error("cannot read " + std::to_string(count) + " numbers from " + path);
    return values;
}

// By name; tests/fortran/data/make_reference.py says where they come from.
inline std::vector<double> reference(const std::string& name) {
    std::ifstream index("tests/fortran/data/brixner7.txt");
    std::string found;
    std::size_t offset, count;
    while (index >> found >> offset >> count)
        if (found == name) return read_f64("tests/fortran/data/brixner7.f64", offset, count);
    throw std::runtime_error("brixner7.txt does not list " + name);
}

}  // namespace check

#endif
