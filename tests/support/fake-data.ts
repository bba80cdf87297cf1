/** What `ready` says of data that nobody made. */
import type { Experiment } from '../../src/model/types.ts';
import type { DataSummary, Thumbnails } from '../../src/worker/protocol.ts';

const STROKES = ['1110111', '0010010', '1011101', '1011011', '0111010', '1101011', '1101111', '1010010', '1111111', '1111011'];

/** Seven segments, blurred a little: enough to look at. */
function digit(label: number, side: number): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(side * side * 4);
  const on = STROKES[label]!;
  const [l, r, t, m, b] = [8, 19, 5, 14, 23];
  const segments = [
    [l, t, r, t],
    [l, t, l, m],
    [r, t, r, m],
    [l, m, r, m],
    [l, m, l, b],
    [r, m, r, b],
    [l, b, r, b],
  ] as const;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let ink = 0;
      for (const [i, [x0, y0, x1, y1]] of segments.entries()) {
        if (on[i] !== '1') continue;
        const [dx, dy] = [Math.max(x0 - x, 0, x - x1), Math.max(y0 - y, 0, y - y1)];
        ink = Math.max(ink, 1 - (Math.hypot(dx, dy) - 0.8) / 1.4);
      }
      const v = 255 * Math.min(1, Math.max(0, ink));
      rgba.set([v, v, v, 255], (y * side + x) * 4);
    }
  }
  return rgba;
}

export function fakeData(experiment: Experiment): DataSummary {
  const labels = Array.from({ length: 32 }, (_, i) => i % 10);
  const thumbnails: Thumbnails = ['spirals', 'circles', 'xor'].includes(experiment.data.type)
    ? points()
    : { kind: 'images', width: 28, height: 28, rgba: labels.map((label) => digit(label, 28)), labels };
  return {
    name: experiment.data.type,
    shape: experiment.model.input,
    classes: '0123456789'.split(''),
    train: 8000,
    validation: 1000,
    fingerprint: '5d1e77c0',
    thumbnails,
  };
}

function points(): Thumbnails {
  const n = 400;
  const [x, y, labels] = [new Float32Array(n), new Float32Array(n), new Uint8Array(n)];
  for (let i = 0; i < n; i++) {
    const [t, arm] = [(i / n) * 3, i % 3];
    const angle = t * 2.2 + (arm * 2 * Math.PI) / 3;
    x[i] = (t / 3) * Math.cos(angle) + 0.03 * Math.sin(i * 7);
    y[i] = (t / 3) * Math.sin(angle) + 0.03 * Math.cos(i * 5);
    labels[i] = arm;
  }
  return { kind: 'points', x, y, labels };
}
