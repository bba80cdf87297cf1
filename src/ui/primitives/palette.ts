/** Colours come from the style sheet; a dash pattern goes with each, so that a curve is known without its colour. */

export const COLORS = 10;

const DASHES = ['', '7 3', '2 3', '8 3 2 3', '12 3', '4 2', '10 2 2 2 2 2', '1 4', '14 3 4 3', '5 5'];

export const runColor = (color: number): string => `var(--run-${color % COLORS})`;

/** Beyond the palette, a colour comes again with another pattern. */
export const dashOf = (color: number, scale = 1): string | undefined => {
  const pattern = DASHES[(color + Math.floor(color / COLORS)) % DASHES.length]!;
  if (pattern === '') return undefined;
  return scale === 1
    ? pattern
    : pattern
        .split(' ')
        .map((length) => Number(length) * scale)
        .join(' ');
};

/** Thin lines go without a pattern, which would be lost in the noise, until colours come again. */
export const thinDashOf = (color: number): string | undefined => (color < COLORS ? undefined : dashOf(color));

export const colorName = (color: number): string => COLOR_NAMES[color % COLORS]!;

const COLOR_NAMES = ['blue', 'orange', 'green', 'pink', 'gold', 'violet', 'sky', 'grey', 'brown', 'red'];
