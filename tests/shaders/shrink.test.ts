/** Shaders as a build sends them: the same tokens, the marks of loops kept. */
import { describe, expect, it } from 'vitest';
import { shrink } from '../../scripts/wgsl.mjs';
import { shaderFiles } from '../../src/engine/shader.ts';

const tokens = (text: string): string =>
  text
    .replace(/\/\/(?! @(?:unroll|some)\b).*/g, ' ')
    .split(/\s+/)
    .join(' ')
    .trim();

describe('shrink', () => {
  it.each([...shaderFiles])('%s loses comments and indentation, nothing else', (_name, text) => {
    const small = shrink(text);
    expect(tokens(small)).toBe(tokens(text));
    expect(small).not.toMatch(/\/\/ (?!@(unroll|some)\b)/);
    expect(small.match(/\/\/ @(unroll|some)/g)?.length).toBe(text.match(/\/\/ @(unroll|some)/g)?.length);
    expect(small.length).toBeLessThan(text.length);
  });
});
