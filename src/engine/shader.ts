/**
 * From a file in shaders/ to the WGSL of one pipeline: the `wesl` linker resolves imports, `@if` conditions and the constants, then loops
 * marked `// @unroll` are written out and those marked `// @some` test at their end.
 */
import { link } from 'wesl';
import { type HalfStorage, storeHalves } from './halves.ts';

const files = import.meta.glob<string>('/shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });

/** 'lib/random' → source text. */
export const shaderFiles: ReadonlyMap<string, string> = new Map(
  Object.entries(files).map(([path, text]) => [path.replace('/shaders/', '').replace(/\.wgsl$/, ''), text]),
);

/** How to store which buffers as halves (halves.ts). */
export interface Halves {
  names: readonly string[];
  how: HalfStorage;
}

export interface ShaderVariant {
  shader: string;
  constants: Readonly<Record<string, number>>;
  conditions: Readonly<Record<string, boolean>>;
}

const LOOP = /for \(var (\w+) = 0u; \1 < (\w+|\w+\[(?:\w+ - )?\d+u\]); \1\+\+\) \{\s*\/\/ @unroll/;

/** Turns of a marked loop: a literal, a constant, or of constants that are numbered (NAME_2) one: NAME[2u], NAME[LAST - 0u]. */
function turns(bound: string, constants: Readonly<Record<string, number>>): number | undefined {
  if (/^\d+u?$/.test(bound)) return Number.parseInt(bound, 10);
  const entry = /^(\w+)\[(?:(\w+) - )?(\d+)u\]$/.exec(bound);
  if (!entry) return constants[bound];
  const [, name, from, at] = entry;
  return constants[`${name}_${from ? constants[from] - +at : at}`];
}

/** Index of the brace that closes the one before `from`. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  throw new Error('unbalanced braces in an unrolled loop');
}

/**
 * Writes out loops marked `// @unroll`, outer ones first: register tiles must be indexed with constants only, and not every driver unrolls
 * (measured on a software adapter: 12 against 2.5 GFLOP/s). Bounds are an integer literal or one of `constants`.
 */
export function unroll(source: string, constants: Readonly<Record<string, number>>): string {
  const match = LOOP.exec(source);
  if (!match) return source;
  const [header, name, bound] = match;
  const count = turns(bound, constants);
  if (count === undefined) throw new Error(`@unroll: ${bound} is not a constant of this variant`);
  const start = match.index + header.length;
  const end = closing(source, start);
  // Inner loops first, so that their text is worked on once and not in every copy.
  const body = unroll(source.slice(start, end), constants);
  const use = new RegExp(`\\b${name}\\b`, 'g');
  const copies = Array.from({ length: count }, (_, i) => `{${body.replace(use, `${i}u`)}}`);
  // Loops whose bound depends on this one's turn are known only now.
  return source.slice(0, match.index) + copies.map((copy) => unroll(copy, constants)).join('\n') + unroll(source.slice(end + 1), constants);
}

const SOME = /for \(var (\w+) = ([^;]+); ([^;]+); ([^{]+)\) \{\s*\/\/ @some/;

/**
 * Loops marked `// @some` turn at least once, so their test may stand at the end. A software adapter that meets it at the beginning runs
 * the whole body a last time with no thread in it: a loop of three turns costs as much as one of four.
 */
export function testLast(source: string): string {
  const match = SOME.exec(source);
  if (!match) return source;
  const [header, name, first, test, step] = match;
  const start = match.index + header.length;
  const end = closing(source, start);
  const body = testLast(source.slice(start, end));
  const loop = `{ var ${name} = ${first}; loop {${body}continuing { ${step}; break if !(${test}); } } }`;
  return source.slice(0, match.index) + loop + testLast(source.slice(end + 1));
}

/** Linked text per shader and conditions; the constants in it are those of whoever came first. */
const linked = new Map<string, Promise<string>>();

async function linkOnce({ shader, constants, conditions }: ShaderVariant): Promise<string> {
  const weslSrc: Record<string, string> = { 'main.wgsl': shaderFiles.get(shader) as string };
  for (const [name, text] of shaderFiles) if (name.startsWith('lib/')) weslSrc[`${name}.wgsl`] = text;
  const result = await link({ weslSrc, rootModuleName: 'main', conditions: { ...conditions }, constants: { ...constants } });
  return result.dest;
}

/**
 * WGSL of a variant: imports, conditions and constants resolved by `wesl`, then marked loops written out. Linking takes some 10 ms, so it
 * is done once per (shader, conditions); other constants are then put into the linked `const NAME = …;` lines.
 * Throws with the shader's name when the text does not link.
 */
export async function linkShader(variant: ShaderVariant, halves: Halves = { names: [], how: 'packed' }): Promise<string> {
  const { shader, constants, conditions } = variant;
  if (!shaderFiles.has(shader)) throw new Error(`no shader named ${shader}`);
  for (const [name, value] of Object.entries(constants)) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw new Error(`${shader}: constant ${name} = ${value} is not a u32`);
  }
  const key = `${shader} ${JSON.stringify(Object.entries(conditions).sort())} ${Object.keys(constants).sort().join()}`;
  let text = linked.get(key);
  if (!text) {
    text = linkOnce(variant);
    linked.set(key, text);
  }
  const specialised = (await text).replace(/const (\w+) = \d+;/g, (line, name: string) =>
    name in constants ? `const ${name} = ${constants[name]}u;` : line,
  );
  return testLast(unroll(storeHalves(specialised, halves.names, halves.how), constants));
}

/** The bits of a float as a u32 constant: shader text holds integers only. WGSL reads it back with bitcast<f32>(NAME). */
export function bits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0);
}
