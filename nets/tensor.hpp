// The only bridge to torch.
#pragma once

#include <torch/torch.h>
