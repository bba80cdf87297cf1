/**
 * Activations stored as halves: a kernel's text is written for `array<vec4f>`; where the plan stores a tensor in 16 bits, its declaration
 * and every access to it are rewritten here. Arithmetic stays in float32, and so do parameters, gradients and sums.
 */

/** How a vec4 of halves is stored: with shader-f16 as itself, elsewhere as two words. */
const STORED = {
  f16: { type: 'vec4<f16>', load: (at: string) => `vec4f(${at})`, store: (value: string) => `vec4<f16>(${value})` },
  packed: { type: 'vec2u', load: (at: string) => `from_halves(${at})`, store: (value: string) => `to_halves(${value})` },
} as const;

export type HalfStorage = keyof typeof STORED;

const HELPERS = {
  f16: '',
  packed: `
fn from_halves(v: vec2u) -> vec4f { return vec4f(unpack2x16float(v.x), unpack2x16float(v.y)); }
fn to_halves(v: vec4f) -> vec2u { return vec2u(pack2x16float(v.xy), pack2x16float(v.zw)); }
`,
} as const;

/** Index just behind the bracket that closes the one before `from`. */
function behindBracket(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '[') depth++;
    else if (text[i] === ']' && --depth === 0) return i + 1;
  }
  throw new Error('unbalanced brackets in a shader');
}

/** Every `name[…]` read as a vec4f and every `name[…] = …;` stored as halves. */
function rewriteAccesses(text: string, name: string, how: HalfStorage): string {
  const access = new RegExp(`(?<![\\w.])${name}\\[`, 'g');
  const match = access.exec(text);
  if (!match) return text;
  const begin = match.index;
  const end = behindBracket(text, begin + match[0].length);
  const at = text.slice(begin, end);
  const assignment = /^\s*=(?!=)/.exec(text.slice(end));
  if (!assignment) return `${text.slice(0, begin)}${STORED[how].load(at)}${rewriteAccesses(text.slice(end), name, how)}`;
  const value = end + assignment[0].length;
  const semicolon = text.indexOf(';', value);
  const rest = rewriteAccesses(text.slice(semicolon), name, how);
  return `${text.slice(0, begin)}${at} = ${STORED[how].store(rewriteAccesses(text.slice(value, semicolon).trim(), name, how))}${rest}`;
}

/**
 * The text with the buffers `names` stored as halves. Each must be declared `array<vec4f>`, indexed directly and only read or only
 * written. @throws Error when one is not declared so
 */
export function storeHalves(source: string, names: readonly string[], how: HalfStorage): string {
  if (names.length === 0) return source;
  let text = source;
  for (const name of names) {
    const declaration = new RegExp(`(var<storage, (?:read|read_write)> ${name}: array<)vec4f>;`);
    const found = declaration.exec(text);
    if (!found) throw new Error(`halves: no buffer ${name} of vec4f`);
    const end = found.index + found[0].length;
    const before = rewriteAccesses(text.slice(0, found.index), name, how);
    text = `${before}${found[1]}${STORED[how].type}>;${rewriteAccesses(text.slice(end), name, how)}`;
  }
  return `${how === 'f16' ? 'enable f16;\n' : ''}${text}${HELPERS[how]}`;
}
