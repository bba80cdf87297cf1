/** The viridis colour map (van der Walt and Smith, 2015, CC0): 256 packed RGBA words, red in the lowest byte. Ten anchors, interpolated. */
const ANCHORS = [0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725];

function colour(t: number): number {
  const at = t * (ANCHORS.length - 1);
  const i = Math.min(ANCHORS.length - 2, Math.floor(at));
  const channel = (shift: number): number => {
    const from = (ANCHORS[i] >> shift) & 255;
    const to = (ANCHORS[i + 1] >> shift) & 255;
    return Math.round(from + (to - from) * (at - i));
  };
  return (0xff000000 | (channel(0) << 16) | (channel(8) << 8) | channel(16)) >>> 0;
}

export const viridis: Uint32Array<ArrayBuffer> = Uint32Array.from({ length: 256 }, (_, i) => colour(i / 255));
