#include "nets/tensor.hpp"
