/** Kernels' texts rewritten for activations in 16 bits. */
import { describe, expect, it } from 'vitest';
import { storeHalves } from '../../src/engine/halves.ts';

const KERNEL = `@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
fn f(i: u32) {
  var box: array<vec4f, 2>;
  box[0] = x[i + at[2u]] + x[x_lane * 2u];
  if (x[i].x == 1.0) { y[i * rows[i]] = max(x[i], box[1]); }
}`;

describe('storeHalves', () => {
  it('reads through from_halves and writes through to_halves, brackets inside brackets included', () => {
    const text = storeHalves(KERNEL, ['x', 'y'], 'packed');
    expect(text).toContain('var<storage, read> x: array<vec2u>;');
    expect(text).toContain('var<storage, read_write> y: array<vec2u>;');
    expect(text).toContain('box[0] = from_halves(x[i + at[2u]]) + from_halves(x[x_lane * 2u]);');
    expect(text).toContain('if (from_halves(x[i]).x == 1.0) { y[i * rows[i]] = to_halves(max(from_halves(x[i]), box[1])); }');
    expect(text).toContain('fn from_halves(');
  });

  it('uses f16 where the device has it', () => {
    const text = storeHalves(KERNEL, ['y'], 'f16');
    expect(text).toMatch(/^enable f16;\n/);
    expect(text).toContain('y: array<vec4<f16>>;');
    expect(text).toContain('y[i * rows[i]] = vec4<f16>(max(x[i], box[1]));');
    expect(text).toContain('x: array<vec4f>;');
  });

  it('leaves a kernel alone that stores nothing so, and refuses what it cannot rewrite', () => {
    expect(storeHalves(KERNEL, [], 'packed')).toBe(KERNEL);
    expect(() => storeHalves(KERNEL, ['z'], 'packed')).toThrow('no buffer z');
    expect(() => storeHalves(KERNEL.replace('x: array<vec4f>', 'x: array<f32>'), ['x'], 'packed')).toThrow('no buffer x');
  });
});
