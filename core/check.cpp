#include "core/check.hpp"

#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>

namespace tengen {

std::string what_was_thrown() {
  try {
    throw;
  } catch (const Interrupted&) {
    throw;  // nothing went wrong
  } catch (const std::exception& error) {
    return error.what();
  } catch (const char* text) {
    return text;
  } catch (const std::string& text) {
    return text;
  } catch (int number) {
    return fmt::format("{} (an int)", number);
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    if (type == nullptr) return "an exception of another language";
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(type->name(), nullptr, nullptr, nullptr), std::free);
    return fmt::format("an exception of type {}", name ? name.get() : type->name());
  }
}

void check_failed(const char* condition, const char* file, int line, const std::string& message) {
  print_err("{}:{}: this is a bug in Tengen: {} does not hold. {}\n", file, line, condition,
            message);
  std::abort();
}

}  // namespace tengen
