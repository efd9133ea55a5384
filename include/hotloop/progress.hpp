// Progress of long calls: a function of the caller, and what it throws, through the library and back.
#ifndef HOTLOOP_PROGRESS_HPP
#define HOTLOOP_PROGRESS_HPP

#include <cstdint>
#include <exception>
#include <functional>

#include "error.hpp"

namespace hl {

// Told a few times a second, on the calling thread, how much is done. 0 goes on, positive cancels (hl::cancelled), negative
// cancels with that status (hl::callback_error); an exception cancels and comes out of the call.
typedef std::function<std::int32_t(std::int64_t done, std::int64_t total)> progress_function;

namespace detail {

// The progress function of one call and the exception that it may have thrown. It must live until the library returns.
class progress_call {
public:
    explicit progress_call(const progress_function& function) : function_(function), thrown_() {}
    progress_call(const progress_call&) = delete;
    progress_call& operator=(const progress_call&) = delete;

    std::int32_t report(std::int64_t done, std::int64_t total) noexcept {
        try {
            return function_(done, total);
        } catch (...) {
            thrown_ = std::current_exception();
            return INT32_MIN;
        }
    }

    // Throws what the progress function threw, else what the status says.
    void finish(hl_status status) const {
        if (thrown_) std::rethrow_exception(thrown_);
        check(status);
    }

private:
    const progress_function& function_;
    std::exception_ptr thrown_;
};

extern "C" inline std::int32_t hl_cpp_report_progress(void* user, std::int64_t done, std::int64_t total) {
    return static_cast<progress_call*>(user)->report(done, total);
}

}  // namespace detail

}  // namespace hl

#endif
