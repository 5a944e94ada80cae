// The colours that the classic environments draw themselves with.
#pragma once

#include "core/canvas.hpp"

namespace tengen::palette {

inline constexpr Colour kPaper{250, 248, 243};
inline constexpr Colour kLine{205, 200, 190};
inline constexpr Colour kInk{45, 48, 56};
inline constexpr Colour kWood{196, 142, 84};
inline constexpr Colour kBlue{66, 113, 174};
inline constexpr Colour kGreen{91, 153, 98};
inline constexpr Colour kRed{200, 78, 66};
inline constexpr Colour kGold{222, 170, 60};

}  // namespace tengen::palette
