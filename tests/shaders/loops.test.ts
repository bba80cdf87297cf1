/** Marked loops of the shaders, rewritten. */
import { describe, expect, it } from 'vitest';
import { testLast, unroll } from '../../src/engine/shader.ts';

const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('testLast', () => {
  it('moves the test of marked loops to their end, inside each other and after each other', () => {
    const text = testLast(`for (var i = a; i < f(b, c); i += 2u) { // @some
  for (var k = 0u; k < 3u; k++) { // @some
    if (k == i) { x += 1.0; }
  }
}
for (var n = 0u; n < 4u; n++) { y += 1.0; }
for (var m = 1u; m < M; m++) { // @some
  z += 1.0;
}`);
    const inner = '{ var k = 0u; loop { if (k == i) { x += 1.0; } continuing { k++; break if !(k < 3u); } } }';
    expect(flat(text)).toBe(
      `{ var i = a; loop { ${inner} continuing { i += 2u; break if !(i < f(b, c)); } } } ` +
        'for (var n = 0u; n < 4u; n++) { y += 1.0; } { var m = 1u; loop { z += 1.0; continuing { m++; break if !(m < M); } } }',
    );
  });

  it('leaves a text without marks alone', () => {
    const text = 'for (var n = 0u; n < 4u; n++) { y += 1.0; }';
    expect(testLast(text)).toBe(text);
  });
});

describe('unroll', () => {
  it('writes marked loops out, as often as the constant says, and none of no turns', () => {
    const text = unroll('for (var i = 0u; i < N; i++) { // @unroll\n  a[i] = b[i * 2u];\n}\nfor (var k = 0u; k < Z; k++) { // @unroll\n  c(k);\n}', {
      N: 2,
      Z: 0,
    });
    expect(flat(text).trim()).toBe('{ a[0u] = b[0u * 2u]; } { a[1u] = b[1u * 2u]; }');
  });
});
