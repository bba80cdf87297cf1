/**
 * The part of TeX that our definitions' formulas use, as a tree for MathML: no library, no fonts, no style attributes. A command that is not
 * known here shows its name, and a test reads every formula of the catalogue.
 */

export type Node =
  | { kind: 'i' | 'n' | 'text'; text: string }
  /** `infix`: between two things, though it begins a piece. */
  | { kind: 'o'; text: string; infix?: true }
  | { kind: 'space'; width: number }
  | { kind: 'row'; items: Node[] }
  /** `small`: \\tfrac, as high as the line. */
  | { kind: 'frac'; top: Node; bottom: Node; small?: true }
  | { kind: 'sqrt'; body: Node }
  | { kind: 'script'; base: Node; sub?: Node; sup?: Node; under: boolean }
  | { kind: 'over'; base: Node; mark: string };

const IDENTIFIERS: Readonly<Record<string, string>> = {
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  delta: 'δ',
  epsilon: 'ϵ',
  varepsilon: 'ε',
  eta: 'η',
  theta: 'θ',
  lambda: 'λ',
  mu: 'μ',
  pi: 'π',
  rho: 'ρ',
  sigma: 'σ',
  tau: 'τ',
  varphi: 'φ',
  phi: 'ϕ',
  Phi: 'Φ',
  Delta: 'Δ',
  infty: '∞',
  ell: 'ℓ',
};

const OPERATORS: Readonly<Record<string, string>> = {
  leftarrow: '←',
  rightarrow: '→',
  sim: '∼',
  pm: '±',
  cdot: '·',
  odot: '⊙',
  times: '×',
  le: '≤',
  ge: '≥',
  neq: '≠',
  in: '∈',
  lfloor: '⌊',
  rfloor: '⌋',
  lceil: '⌈',
  rceil: '⌉',
  ldots: '…',
  dots: '…',
  cdots: '⋯',
  sum: '∑',
  prod: '∏',
  '{': '{',
  '}': '}',
  '|': '‖',
  lVert: '‖',
  rVert: '‖',
  approx: '≈',
};

const FUNCTIONS: ReadonlySet<string> = new Set(['log', 'ln', 'exp', 'cos', 'sin', 'tanh', 'max', 'min', 'arg', 'erf', 'sgn', 'sign']);
/** Their index stands below them. */
const UNDER: ReadonlySet<string> = new Set(['∑', '∏', 'max', 'min']);
const SPACES: Readonly<Record<string, number>> = { ',': 0.17, ';': 0.28, ':': 0.22, ' ': 0.25, quad: 1, qquad: 2 };
const ACCENTS: Readonly<Record<string, string>> = { hat: '^', bar: '¯', tilde: '~', vec: '→' };

class Reader {
  private at = 0;
  private readonly tokens: readonly string[];

  constructor(tex: string) {
    this.tokens = tex.match(/\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|\s+|[^\s]/gu) ?? [];
  }

  row(end?: string): Node {
    const items: Node[] = [];
    while (this.at < this.tokens.length && this.tokens[this.at] !== end) {
      const item = this.scripted();
      if (item) items.push(item);
    }
    this.at++;
    return items.length === 1 ? items[0]! : { kind: 'row', items };
  }

  private scripted(): Node | null {
    const base = this.atom();
    if (!base) return null;
    let sub: Node | undefined;
    let sup: Node | undefined;
    for (this.skip(); this.tokens[this.at] === '_' || this.tokens[this.at] === '^'; this.skip()) {
      if (this.tokens[this.at++] === '_') sub = this.argument();
      else sup = this.argument();
    }
    if (!sub && !sup) return base;
    return { kind: 'script', base, sub, sup, under: 'text' in base && UNDER.has(base.text) };
  }

  private skip(): void {
    while (/^\s+$/.test(this.tokens[this.at] ?? '')) this.at++;
  }

  /** A group, or the next single thing. */
  private argument(): Node {
    this.skip();
    return this.atom() ?? { kind: 'row', items: [] };
  }

  /** The words between braces, as they are written. */
  private words(): string {
    this.skip();
    if (this.tokens[this.at] !== '{') return this.tokens[this.at++] ?? '';
    let depth = 0;
    let text = '';
    do {
      const token = this.tokens[this.at++] ?? '}';
      if (token === '{') depth++;
      else if (token === '}') depth--;
      else text += token;
    } while (depth > 0 && this.at < this.tokens.length);
    return text;
  }

  private atom(): Node | null {
    const token = this.tokens[this.at++] ?? '';
    if (/^\s*$/.test(token)) return null;
    if (token === '{') return this.row('}');
    if (token.startsWith('\\')) return this.command(token.slice(1));
    if (/^\d/.test(token)) return { kind: 'n', text: token };
    if (/^\p{L}$/u.test(token)) return { kind: 'i', text: token };
    return { kind: 'o', text: token === '-' ? '−' : token };
  }

  private command(name: string): Node | null {
    if (name === 'frac' || name === 'dfrac') return { kind: 'frac', top: this.argument(), bottom: this.argument() };
    if (name === 'tfrac') return { kind: 'frac', top: this.argument(), bottom: this.argument(), small: true };
    if (name === 'sqrt') return { kind: 'sqrt', body: this.argument() };
    if (name === 'left' || name === 'right') return this.fence();
    if (name === 'text') return { kind: 'text', text: this.words() };
    if (name === 'mathrm' || name === 'operatorname') return upright(this.words());
    if (name === 'mathbf') return this.argument();
    if (ACCENTS[name]) return { kind: 'over', base: this.argument(), mark: ACCENTS[name] };
    if (SPACES[name] !== undefined) return { kind: 'space', width: SPACES[name] };
    if (FUNCTIONS.has(name)) return { kind: 'text', text: this.appliedBare() ? `${name}\u2009` : name };
    if (IDENTIFIERS[name]) return { kind: 'i', text: IDENTIFIERS[name] };
    return { kind: 'o', text: OPERATORS[name] ?? name };
  }

  /** "cos x", which wants a thin space, and not "cos(x)" or "max_i x". */
  private appliedBare(): boolean {
    this.skip();
    return !/^[(_^,)}]$|^\\left$/.test(this.tokens[this.at] ?? ')');
  }

  private fence(): Node | null {
    this.skip();
    const token = this.tokens[this.at++] ?? '';
    if (token === '.') return null;
    return { kind: 'o', text: OPERATORS[token.replace('\\', '')] ?? token };
  }
}

/** "fan_{in}" keeps its index. */
function upright(words: string): Node {
  const [base, sub] = words.replace('\\', '').split('_');
  if (sub === undefined || words.includes('\\_')) return { kind: 'text', text: words.replace('\\_', '_') };
  return { kind: 'script', base: { kind: 'text', text: base! }, sub: { kind: 'text', text: sub }, under: false };
}

/** Where a long formula may go on in a new line: before these, outside of parentheses. */
const BREAKS: ReadonlySet<string> = new Set(['=', '←', '∼', '+']);
const FENCES: Readonly<Record<string, number>> = { '(': 1, '[': 1, ')': -1, ']': -1 };

/** The equations of a formula (what \\quad separates), each in pieces that may stand on lines of their own. */
export function parseTex(tex: string): Node[][] {
  return tex
    .split(/\\quad/)
    .map((part) => pieces(new Reader(part.trim()).row()))
    .filter((equation) => equation.length > 0);
}

function pieces(node: Node): Node[] {
  if (node.kind !== 'row') return [node];
  const rows: Node[][] = [];
  let depth = 0;
  for (const item of node.items) {
    const text = item.kind === 'o' ? item.text : '';
    const breaks = rows.length > 0 && depth === 0 && BREAKS.has(text);
    if (rows.length === 0 || breaks) rows.push([]);
    depth += FENCES[text] ?? 0;
    rows.at(-1)!.push(breaks ? { kind: 'o', text, infix: true } : item);
  }
  return rows.map((items) => ({ kind: 'row', items }));
}

/** Every command that a formula uses and this reader does not know; for the test of the catalogue. */
export function unknownCommands(tex: string): string[] {
  const known = ['frac', 'tfrac', 'dfrac', 'sqrt', 'left', 'right', 'text', 'mathrm', 'operatorname', 'mathbf'];
  const names = [...tex.matchAll(/\\([a-zA-Z]+)/g)].map((match) => match[1]!);
  return names.filter(
    (name) => !(known.includes(name) || name in IDENTIFIERS || name in OPERATORS || name in ACCENTS || name in SPACES || FUNCTIONS.has(name)),
  );
}
