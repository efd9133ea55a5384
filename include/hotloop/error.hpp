// Exceptions, and from a status to one.
#ifndef HOTLOOP_ERROR_HPP
#define HOTLOOP_ERROR_HPP

#include <stdexcept>
#include <string>

#include "../hotloop.h"

namespace hl {

// What a failing call throws: the library's message and its status. The derived classes are the classes of status.
class error : public std::runtime_error {
public:
    error(hl_status status, const std::string& message) : std::runtime_error(message), status_(status) {}
    hl_status status() const noexcept { return status_; }

private:
    hl_status status_;
};

// 1 to 99: the call itself is wrong. Every output is untouched.
class argument_error : public error { using error::error; };
// 100 to 199: the numbers defeat the method.
class numerical_error : public error { using error::error; };
// 200 to 254: memory, threads, files.
class environment_error : public error { using error::error; };
// The progress function asked for the end.
class cancelled : public environment_error { using environment_error::environment_error; };
// 255: a fault of the library.
class internal_error : public error { using error::error; };
// Negative: what the progress function returned.
class callback_error : public error { using error::error; };

namespace detail {

[[noreturn]] inline void fail(hl_status status, const std::string& message) {
    if (status < 0) throw callback_error(status, message);
    if (status < 100) throw argument_error(status, message);
    if (status < 200) throw numerical_error(status, message);
    if (status == HL_ERR_CANCELLED) throw cancelled(status, message);
    if (status < 255) throw environment_error(status, message);
    throw internal_error(status, message);
}

inline void check(hl_status status) {
    if (status != HL_OK) fail(status, hl_last_error_message());
}

inline void check_abi(const char* function) {
    if (hl_abi_version() != HL_ABI_VERSION)
        fail(HL_ERR_INTERNAL, std::string(function) + ": the loaded library has ABI version " + std::to_string(hl_abi_version()) +
                                  ", hotloop.hpp was compiled for " + std::to_string(HL_ABI_VERSION) +
                                  "; compile against the headers that came with the library");
}

}  // namespace detail

}  // namespace hl

#endif
