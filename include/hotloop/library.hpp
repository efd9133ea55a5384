// The library itself: version, threads.
#ifndef HOTLOOP_LIBRARY_HPP
#define HOTLOOP_LIBRARY_HPP

#include <cstdint>
#include <string>

#include "error.hpp"

namespace hl {

inline std::string version() { return hl_version(); }
// "key: value" lines: SIMD level, threads and where their number came from, OpenBLAS.
inline std::string config() { return hl_config(); }
// Threads of every call in this process; 0 = back to the default.
inline void set_num_threads(int n) { detail::check(hl_set_num_threads(n)); }
// What a call here and now would use.
inline int num_threads() { return hl_get_num_threads(); }
// Ends the library's worker threads; the next call starts them again.
inline void shutdown() { detail::check(hl_shutdown()); }

// The calling thread's own number of threads, for a scope; 0 = as the process.
class threads_guard {
public:
    explicit threads_guard(int n) : previous_(hl_set_num_threads_local(n)) {
        if (previous_ < 0) detail::fail(HL_ERR_ARGUMENT, hl_last_error_message());
    }
    ~threads_guard() { hl_set_num_threads_local(previous_); }
    threads_guard(const threads_guard&) = delete;
    threads_guard& operator=(const threads_guard&) = delete;

private:
    std::int32_t previous_;
};

}  // namespace hl

#endif
