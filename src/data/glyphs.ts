/**
 * Skeletons of the ten digits, drawn by hand the way people write them. Units are percent of the height: x runs from 0 to about 70,
 * y from 0 (top) to 100. A stroke is a list x, y, x, y, … of points on the pen's path; the curve through them is smooth except where
 * a point is written twice, which makes a corner.
 */

/** Points of one pen stroke: x, y, x, y, … */
export type Stroke = readonly number[];

export interface Glyph {
  /** How often people write it so, relative to the other skeletons of the digit. */
  weight: number;
  strokes: readonly Stroke[];
}

const ZERO: readonly Glyph[] = [
  { weight: 4, strokes: [[38, 2, 14, 14, 4, 48, 13, 84, 36, 98, 58, 84, 67, 50, 58, 14, 36, 2]] },
  { weight: 3, strokes: [[50, 8, 32, 2, 12, 24, 5, 60, 17, 94, 38, 98, 58, 74, 65, 36, 54, 8, 40, 3, 30, 9]] },
  { weight: 2, strokes: [[62, 18, 42, 4, 15, 16, 3, 50, 16, 88, 42, 97, 64, 80, 69, 48, 60, 20, 46, 9]] },
  { weight: 1, strokes: [[24, 4, 40, 2, 60, 22, 64, 58, 50, 92, 28, 98, 8, 76, 5, 38, 16, 10, 32, 1, 46, 8]] },
];

const ONE: readonly Glyph[] = [
  { weight: 5, strokes: [[36, 0, 35, 50, 34, 100]] },
  { weight: 3, strokes: [[52, 0, 38, 48, 22, 100]] },
  { weight: 2, strokes: [[19, 30, 30, 16, 41, 0, 41, 0, 40, 50, 38, 100]] },
  {
    weight: 1,
    strokes: [
      [16, 24, 36, 2, 36, 2, 36, 98],
      [10, 98, 36, 97, 64, 98],
    ],
  },
];

const TWO: readonly Glyph[] = [
  { weight: 4, strokes: [[6, 24, 14, 7, 36, 1, 56, 12, 58, 34, 42, 60, 22, 82, 3, 97, 3, 97, 36, 96, 68, 95]] },
  { weight: 4, strokes: [[8, 22, 20, 4, 42, 2, 58, 18, 54, 44, 36, 70, 18, 91, 6, 93, 4, 82, 16, 76, 34, 86, 52, 97, 72, 90]] },
  { weight: 2, strokes: [[4, 14, 22, 4, 48, 3, 60, 18, 52, 42, 30, 68, 6, 97, 6, 97, 66, 97]] },
  { weight: 2, strokes: [[18, 34, 8, 24, 18, 5, 42, 0, 60, 15, 56, 42, 32, 74, 8, 95, 8, 95, 24, 89, 46, 97, 70, 92]] },
];

const THREE: readonly Glyph[] = [
  { weight: 4, strokes: [[8, 14, 24, 2, 50, 6, 56, 24, 44, 40, 24, 46, 24, 46, 52, 52, 64, 72, 54, 92, 30, 100, 5, 90]] },
  { weight: 1, strokes: [[8, 4, 34, 4, 60, 3, 60, 3, 46, 22, 28, 41, 28, 41, 54, 46, 64, 69, 52, 92, 26, 98, 4, 88]] },
  { weight: 3, strokes: [[8, 12, 28, 1, 52, 8, 54, 28, 38, 43, 22, 47, 30, 44, 50, 52, 63, 70, 54, 92, 28, 100, 3, 88]] },
  { weight: 2, strokes: [[4, 18, 20, 3, 46, 2, 60, 16, 50, 36, 36, 45, 36, 45, 58, 56, 62, 78, 44, 97, 18, 97, 6, 84]] },
];

const FOUR: readonly Glyph[] = [
  {
    weight: 4,
    strokes: [
      [14, 2, 9, 28, 6, 54, 6, 54, 36, 54, 68, 50],
      [56, 4, 52, 50, 48, 100],
    ],
  },
  {
    weight: 2,
    strokes: [
      [46, 0, 26, 30, 3, 63, 3, 63, 36, 62, 70, 62],
      [47, 2, 47, 50, 46, 100],
    ],
  },
  {
    weight: 4,
    strokes: [
      [12, 4, 7, 30, 14, 50, 36, 53, 58, 42],
      [62, 0, 56, 44, 49, 100],
    ],
  },
  {
    weight: 1,
    strokes: [
      [54, 2, 30, 26, 6, 54, 6, 54, 36, 57, 66, 54],
      [58, 0, 52, 50, 47, 100],
    ],
  },
];

const FIVE: readonly Glyph[] = [
  {
    weight: 4,
    strokes: [
      [18, 4, 15, 24, 12, 44, 12, 44, 34, 37, 56, 47, 62, 70, 48, 93, 24, 99, 3, 89],
      [18, 4, 42, 3, 66, 1],
    ],
  },
  { weight: 3, strokes: [[64, 3, 42, 5, 20, 6, 20, 6, 17, 24, 13, 43, 13, 43, 36, 36, 58, 50, 61, 74, 44, 95, 20, 98, 4, 90]] },
  { weight: 2, strokes: [[64, 4, 36, 4, 20, 14, 18, 34, 36, 44, 56, 55, 60, 78, 42, 96, 18, 98, 4, 88]] },
  {
    weight: 1,
    strokes: [
      [22, 8, 16, 36, 16, 36, 38, 42, 50, 58, 46, 84, 28, 98, 8, 94],
      [22, 8, 46, 6, 72, 0],
    ],
  },
];

const SIX: readonly Glyph[] = [
  { weight: 4, strokes: [[52, 2, 28, 18, 9, 50, 6, 78, 22, 98, 46, 94, 58, 76, 48, 59, 26, 60, 10, 76]] },
  { weight: 3, strokes: [[36, 0, 17, 36, 6, 70, 16, 96, 40, 99, 57, 84, 52, 62, 32, 55, 14, 64, 7, 80]] },
  { weight: 2, strokes: [[60, 10, 40, 2, 16, 24, 4, 60, 14, 93, 42, 99, 63, 80, 57, 57, 32, 50, 9, 64]] },
  { weight: 1, strokes: [[26, 0, 12, 34, 5, 70, 14, 98, 36, 97, 48, 82, 40, 66, 22, 68, 9, 84]] },
];

const SEVEN: readonly Glyph[] = [
  { weight: 4, strokes: [[5, 6, 34, 5, 63, 4, 63, 4, 42, 46, 26, 100]] },
  {
    weight: 2,
    strokes: [
      [5, 6, 34, 5, 64, 4, 64, 4, 44, 46, 28, 100],
      [18, 50, 38, 49, 60, 46],
    ],
  },
  { weight: 2, strokes: [[4, 24, 8, 7, 8, 7, 34, 7, 62, 4, 62, 4, 48, 46, 40, 100]] },
  { weight: 2, strokes: [[3, 12, 20, 4, 42, 9, 64, 3, 64, 3, 48, 32, 32, 64, 24, 100]] },
];

const EIGHT: readonly Glyph[] = [
  { weight: 5, strokes: [[54, 14, 34, 2, 13, 13, 17, 35, 39, 52, 57, 74, 46, 96, 24, 98, 8, 82, 18, 61, 40, 43, 56, 25, 52, 9]] },
  {
    weight: 1,
    strokes: [
      [34, 2, 15, 12, 14, 33, 34, 46, 54, 33, 53, 12, 34, 2],
      [34, 46, 8, 60, 7, 86, 34, 99, 61, 86, 60, 60, 34, 46],
    ],
  },
  { weight: 3, strokes: [[60, 10, 38, 1, 16, 12, 18, 33, 38, 47, 52, 68, 46, 92, 24, 99, 8, 88, 14, 66, 36, 46, 62, 20]] },
  { weight: 1, strokes: [[40, 50, 20, 38, 18, 14, 38, 2, 56, 14, 52, 36, 32, 52, 14, 68, 14, 90, 34, 99, 54, 88, 56, 66, 40, 50]] },
];

const NINE: readonly Glyph[] = [
  { weight: 4, strokes: [[58, 16, 40, 2, 15, 10, 6, 32, 20, 50, 44, 43, 57, 22, 57, 22, 55, 60, 48, 100]] },
  { weight: 3, strokes: [[60, 20, 42, 2, 16, 8, 6, 30, 18, 48, 42, 44, 59, 24, 61, 52, 50, 88, 28, 99, 8, 92]] },
  { weight: 3, strokes: [[58, 6, 34, 2, 10, 18, 8, 42, 28, 50, 48, 36, 58, 8, 58, 8, 52, 52, 36, 100]] },
  { weight: 2, strokes: [[50, 8, 28, 2, 9, 18, 12, 40, 34, 44, 51, 26, 50, 8, 54, 40, 58, 70, 60, 100]] },
];

/** Skeletons by digit. */
export const GLYPHS: readonly (readonly Glyph[])[] = [ZERO, ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE];
