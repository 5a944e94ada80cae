#include "replay/replay_buffer.hpp"
